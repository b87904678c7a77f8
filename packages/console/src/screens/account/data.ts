/** One account: who it is, its plans, and on whose behalf the wire is asked about it. */
import { findFamily } from "@paymaster/contract";
import { useQuery } from "@tanstack/react-query";
import { useConsole } from "../../api/console.js";
import type { Operator } from "../../api/operator.js";
import type { Wire } from "../../api/wire.js";
import type { PlanRow } from "./plan-row.js";
import { readWirePlans } from "./plans-of-wire.js";

export interface Account {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly kind: "master" | "sub" | "regular";
  readonly currency: string;
  readonly createdAt: string;
  readonly wire: Wire;
  /** The id that the wire's path takes: `me` for the session's own account. */
  readonly wireId: string;
  /** What the operator knows besides. */
  readonly details: AccountDetails | null;
}

export interface AccountDetails {
  readonly master_id: string;
  readonly pay_mode: "master" | "sub";
  readonly billing_auto_renew: boolean;
  readonly vip: boolean;
  readonly payment_term_days: number;
  readonly tax_exempt: boolean;
}

interface OperatorAccount extends AccountDetails {
  readonly id: string;
  readonly kind: Account["kind"];
  readonly account_name: string;
  readonly owner_email: string;
  readonly currency: string;
  readonly created_at: string;
}

export function useAccount(id: string) {
  const { operator, session, wireFor } = useConsole();
  return useQuery({
    queryKey: ["account", id],
    queryFn: async ({ signal }): Promise<Account> => {
      if (operator !== null) {
        const path = `/accounts/${encodeURIComponent(id)}`;
        const account = await operator.get<OperatorAccount>(path, {}, signal);
        return {
          id: account.id,
          name: account.account_name,
          email: account.owner_email,
          kind: account.kind,
          currency: account.currency,
          createdAt: account.created_at,
          wire: await wireFor(account.master_id),
          wireId: account.id,
          details: account,
        };
      }
      const wire = await wireFor("");
      const isOwn = id === "me" || id === session.account?.id;
      const wireId = isOwn ? "me" : id;
      const account = await wire.account({ accountId: wireId }, { signal });
      return {
        id: account.id,
        // The generation of 2021 does not tell a sub account's name.
        name:
          "account_name" in account
            ? String(account.account_name)
            : isOwn && session.account !== null
              ? session.account.account_name
              : account.owner_email,
        email: account.owner_email,
        kind: isOwn ? (session.account?.kind ?? "regular") : "sub",
        currency: "USD",
        createdAt: account.created_at,
        wire,
        wireId,
        details: null,
      };
    },
  });
}

interface OperatorPlan {
  readonly number: number;
  readonly family: string;
  readonly role: PlanRow["role"];
  readonly plan_type: string;
  readonly status: "active" | "cancel" | "expired";
  readonly is_trial: boolean;
  readonly hosts: number;
  readonly hosts_used: number;
  readonly unit_price: number;
  readonly period_amount: number;
  readonly start_date: string;
  readonly period_end: string;
  readonly pending: { readonly plan_type: string; readonly hosts: number } | null;
  readonly cancellation: PlanRow["cancellation"];
}

export function usePlans(account: Account) {
  const { operator } = useConsole();
  return useQuery({
    queryKey: ["plans", account.id],
    queryFn: ({ signal }) =>
      operator === null
        ? readWirePlans(account.wire, account.wireId, signal)
        : readOperatorPlans(operator, account.id, signal),
  });
}

async function readOperatorPlans(
  operator: Operator,
  id: string,
  signal: AbortSignal,
): Promise<readonly PlanRow[]> {
  const path = `/accounts/${encodeURIComponent(id)}/plans`;
  const { plans } = await operator.get<{ plans: readonly OperatorPlan[] }>(path, {}, signal);
  return plans.map((plan) => {
    const { hasHosts } = findFamily(plan.family);
    return {
      key: String(plan.number),
      family: plan.family,
      role: plan.role,
      planType: plan.plan_type,
      status: plan.status === "cancel" ? "ending" : plan.status,
      isTrial: plan.is_trial,
      hosts: hasHosts ? plan.hosts : null,
      hostsUsed: hasHosts ? plan.hosts_used : null,
      unitPrice: plan.unit_price,
      periodAmount: plan.period_amount,
      startDate: plan.start_date,
      periodEnd: plan.period_end,
      pending:
        plan.pending === null
          ? null
          : { planType: plan.pending.plan_type, hosts: plan.pending.hosts },
      cancellation: plan.cancellation,
    };
  });
}
