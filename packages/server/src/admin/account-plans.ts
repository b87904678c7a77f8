/** The plans of an account with what the wire does not show: prices, periods, what happens next. */
import { minorToMajor, type SubscriptionItem } from "@paymaster/engine";
import type { FastifyInstance } from "fastify";
import Type from "typebox";
import { findAccount, loadAccount } from "../store/accounts.js";
import type { AdminServices } from "./index.js";
import { adminRoute, notFound } from "./route.js";

export function registerAccountPlanRoutes(app: FastifyInstance, { pool }: AdminServices): void {
  adminRoute(app, "GET", "/accounts/:id/plans", Type.Object({}), async ({ params }) => {
    const account = await findAccount(pool, params.id ?? "");
    const loaded = account === undefined ? undefined : await loadAccount(pool, account);
    if (loaded === undefined) throw notFound(`Account does not exist: ${params.id}.`);
    const { hosts, recordingGb } = loaded.record.usage;
    return {
      status: 200,
      body: {
        account_id: loaded.record.accountId,
        payer_id: loaded.payer.accountId,
        currency: loaded.record.currency,
        recording_gb: recordingGb,
        next_due_date: loaded.record.nextDueDate,
        plans: loaded.items.map((item) => itemBody(item, hosts[item.planType] ?? 0)),
      },
    };
  });
}

function itemBody(item: SubscriptionItem, hostsUsed: number) {
  const periodMinor = item.isTrial ? 0 : item.unitPriceMinor * item.hosts;
  return {
    number: item.number,
    family: item.family,
    role: item.role,
    plan_type: item.planType,
    status: item.status,
    is_trial: item.isTrial,
    hosts: item.hosts,
    hosts_used: hostsUsed,
    unit_price: minorToMajor(item.unitPriceMinor),
    interval_months: item.intervalMonths,
    period_amount: minorToMajor(periodMinor),
    start_date: item.startDate,
    period_start: item.periodStart,
    period_end: item.periodEnd,
    pending:
      item.pending === null
        ? null
        : { plan_type: item.pending.planType, hosts: item.pending.hosts },
    cancellation: item.cancellation,
    end_date: item.endDate,
  };
}
