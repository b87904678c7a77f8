/** The rows of Accounts: in one form, whether the operator's API tells them or the wire. */
import { useQuery } from "@tanstack/react-query";
import { useConsole } from "../../api/console.js";
import type { Operator } from "../../api/operator.js";
import type { SignedIn } from "../../api/session.js";
import type { Wire } from "../../api/wire.js";

export interface AccountRow {
  readonly id: string;
  readonly kind: "master" | "sub" | "regular";
  readonly master_id: string;
  readonly account_name: string;
  readonly owner_email: string;
  readonly plan_base: string | null;
  readonly state: "active" | "trial" | "ending" | "no_plan";
  readonly hosts: number;
  readonly currency: string;
  readonly created_at: string;
  /** null: the wire does not tell. */
  readonly hosts_used: number | null;
  readonly monthly: number | null;
  readonly idle: number | null;
  readonly next_renewal: string | null;
  readonly open: number | null;
  readonly overdue: number | null;
}

const PAGE = 10_000;
/** The most that the wire gives at once, and how many of such pages are read: its quota is tight. */
const WIRE_PAGE = 300;
const MAX_WIRE_PAGES = 40;

export function useAccounts() {
  const { operator, session, wireFor } = useConsole();
  return useQuery({
    queryKey: ["accounts"],
    queryFn: ({ signal }) =>
      operator !== null
        ? readFromOperator(operator, signal)
        : wireFor("").then((wire) => readFromWire(wire, session, signal)),
  });
}

async function readFromOperator(operator: Operator, signal: AbortSignal): Promise<AccountRow[]> {
  const rows: AccountRow[] = [];
  for (let after: string | null = null; ; ) {
    const page: { accounts: readonly AccountRow[]; next: string | null } = await operator.get(
      "/accounts",
      { limit: PAGE, after },
      signal,
    );
    rows.push(...page.accounts);
    if (page.next === null) return rows;
    after = page.next;
  }
}

async function readFromWire(
  wire: Wire,
  { account }: SignedIn,
  signal: AbortSignal,
): Promise<AccountRow[]> {
  const masterId = account?.master_id ?? "";
  const rows: AccountRow[] = [];
  let token = "";
  for (let page = 0; page < MAX_WIRE_PAGES; page += 1) {
    const answer = await wire.accounts(
      { page_size: String(WIRE_PAGE), ...(token === "" ? {} : { next_page_token: token }) },
      { signal },
    );
    for (const one of answer.accounts ?? []) {
      const hasPlan = one.seats > 0;
      rows.push({
        id: one.id,
        kind: "sub",
        master_id: masterId,
        account_name: one.account_name,
        owner_email: one.owner_email,
        plan_base: hasPlan ? one.account_type : null,
        state: hasPlan ? "active" : "no_plan",
        hosts: one.seats,
        currency: "USD",
        created_at: one.created_at,
        hosts_used: null,
        monthly: null,
        idle: null,
        next_renewal: one.subscription_end_time.slice(0, 10) || null,
        open: null,
        overdue: null,
      });
    }
    token = answer.next_page_token ?? "";
    if (token === "") break;
  }
  return rows;
}
