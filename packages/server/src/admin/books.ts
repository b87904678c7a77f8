/** Reading the books: the ledger and the audit log of an account, and the invariants of the whole. */
import { minorToMajor } from "@paymaster/engine";
import type { FastifyInstance } from "fastify";
import Type from "typebox";
import { checkInvariants } from "../invariants/index.js";
import { findAccount } from "../store/accounts.js";
import type { AdminServices } from "./index.js";
import { adminRoute, badField, notFound } from "./route.js";

/** Rows of one answer; `next` continues. */
const PAGE = 1_000;

export function registerBooksRoutes(app: FastifyInstance, { pool }: AdminServices): void {
  adminRoute(app, "GET", "/invariants", Type.Object({}), async () => {
    const checks = await checkInvariants(pool);
    return { status: 200, body: { ok: checks.every((check) => check.ok), checks } };
  });
  adminRoute(app, "GET", "/audit", Type.Object({}), async ({ query }) => {
    const after = query.after ?? "0";
    if (!/^\d{1,15}$/.test(after)) throw badField("after", "Must be an id of an earlier answer.");
    const { rows } = await pool.query(
      `select id, account_id, at, actor, event, item_number, tracking_id, before, after
        from audit_log where ($1::text is null or account_id = $1) and id > $2
        order by id limit ${PAGE}`,
      [query.account_id ?? null, Number(after)],
    );
    return { status: 200, body: { entries: rows, next: nextOf(rows, (row) => row.id) } };
  });
  adminRoute(app, "GET", "/ledger", Type.Object({}), async ({ query }) => {
    const id = query.account_id;
    if (id === undefined || id === "") throw badField("account_id", "This parameter is required.");
    const account = await findAccount(pool, id);
    if (account === undefined) throw notFound(`Account does not exist: ${id}.`);
    const after = query.after ?? "";
    const { rows } = await pool.query({
      name: "read-ledger",
      // Whole postings that touch the account, so that what is shown balances.
      text: `select l.posting, l.entry, l.account_id, l.ledger_account, l.amount_minor, l.currency,
          l.effective_date, l.invoice_id, l.created_at
        from ledger_entries l
        where l.master_id = $1 and l.posting in (
          select distinct posting from ledger_entries
            where master_id = $1 and posting > $3 and (account_id = $2 or invoice_id in (
              select id from invoices where master_id = $1 and account_id = $2))
            order by posting limit ${PAGE})
        order by l.posting, l.entry`,
      values: [account.masterId, id, after],
    });
    const postings = new Set(rows.map((row) => row.posting));
    return {
      status: 200,
      body: {
        entries: rows.map(({ amount_minor, ...row }) => ({
          ...row,
          amount: minorToMajor(amount_minor),
        })),
        balances: balancesOf(rows),
        next: postings.size < PAGE ? null : [...postings].at(-1),
      },
    };
  });
}

function nextOf<T>(rows: readonly T[], id: (row: T) => number): number | null {
  const last = rows.at(-1);
  return last === undefined || rows.length < PAGE ? null : id(last);
}

/** Sum of each ledger account over the entries shown, debit positive. */
function balancesOf(
  rows: readonly { ledger_account: string; amount_minor: number }[],
): Record<string, number> {
  const totals = new Map<string, number>();
  for (const row of rows) {
    totals.set(row.ledger_account, (totals.get(row.ledger_account) ?? 0) + row.amount_minor);
  }
  return Object.fromEntries([...totals].map(([name, total]) => [name, minorToMajor(total)]));
}
