/** What the ledger says: balances of its accounts, and what moved a customer's balance. */
import { LEDGER_ACCOUNTS, type LedgerAccount } from "@paymaster/engine";
import type { Queryable } from "../database/pool.js";
import type { AccountRef } from "./accounts.js";

export interface TrialBalanceRow {
  readonly currency: string;
  readonly ledgerAccount: LedgerAccount;
  /** Debit positive, credit negative. */
  readonly balanceMinor: number;
}

/**
 * Balances of all ledger accounts at the end of a day, in the chart's order; of one tenant, or of all. A
 * currency's rows sum to zero.
 */
export async function trialBalance(
  db: Queryable,
  asOf: string,
  masterId: string | null,
): Promise<TrialBalanceRow[]> {
  const { rows } = await db.query<TrialBalanceRow>({
    name: "trial-balance",
    text: `select c.currency, a.name as "ledgerAccount", coalesce(b.balance, 0)::bigint
          as "balanceMinor"
      from (select distinct currency from accounts where $2::text is null or master_id = $2) c
      cross join unnest($3::text[]) with ordinality as a (name, position)
      left join (
        select currency, ledger_account, sum(amount_minor) as balance from ledger_entries
        where effective_date <= $1 and ($2::text is null or master_id = $2)
        group by currency, ledger_account) b
        on b.currency = c.currency and b.ledger_account = a.name
      order by c.currency, a.position`,
    values: [asOf, masterId, LEDGER_ACCOUNTS],
  });
  return rows;
}

export type MovementType = "invoice" | "payment" | "credit" | "credit-applied" | "cancel";

/** One posting that moved what a customer owes. */
export interface Movement {
  readonly date: string;
  readonly posting: string;
  readonly type: MovementType;
  /** Number of the invoice, or the payment's reference. */
  readonly reference: string | null;
  readonly invoiceId: string | null;
  readonly paymentId: string | null;
  /** The account that was invoiced. */
  readonly accountId: string | null;
  readonly accountName: string | null;
  /** What it adds to the balance; payments are negative. */
  readonly amountMinor: number;
  /** For the next page. */
  readonly createdAt: string;
}

/** Where a statement's page begins: after this movement. */
export type MovementCursor = Pick<Movement, "date" | "createdAt" | "posting" | "invoiceId">;

/** Whose balance: all that a payer owes, its credit deducted, or what is open on one account's invoices. */
export interface StatementOf extends AccountRef {
  readonly isPayer: boolean;
}

/** Entries that make up the balance. Of a payer: receivables and credit; else those of its invoices. */
const ENTRIES = `(
  select posting, effective_date, created_at, amount_minor, null as invoice_id from ledger_entries
    where $3 and master_id = $1 and account_id = $2
      and ledger_account in ('receivable', 'customer_credit')
  union all
  select l.posting, l.effective_date, l.created_at, l.amount_minor, l.invoice_id
    from invoices i
    join ledger_entries l on l.master_id = i.master_id and l.invoice_id = i.id
    where not $3 and i.master_id = $1 and i.account_id = $2 and l.ledger_account = 'receivable')`;

/** The balance before a day, in minor units. */
export async function balanceBefore(db: Queryable, of: StatementOf, date: string): Promise<number> {
  const { rows } = await db.query({
    name: "balance-before",
    text: `select coalesce(sum(amount_minor), 0)::bigint as balance
      from ${ENTRIES} e where effective_date < $4`,
    values: [of.masterId, of.accountId, of.isPayer, date],
  });
  return rows[0]?.balance ?? 0;
}

/** Movements of the days [from, to] in the order in which they happened; those that cancel out are left out. */
export async function movements(
  db: Queryable,
  of: StatementOf,
  days: { readonly from: string; readonly to: string },
  page: { readonly after: MovementCursor | null; readonly limit: number },
): Promise<Movement[]> {
  const { rows } = await db.query<Movement>({
    name: "movements",
    text: `with moved as (
        select effective_date as date, min(created_at) as created_at, posting,
          split_part(posting, ':', 1) as type, split_part(posting, ':', 2) as subject, invoice_id,
          sum(amount_minor)::bigint as amount
        from ${ENTRIES} e where effective_date between $4 and $5
        group by posting, effective_date, invoice_id having sum(amount_minor) <> 0
      ), named as (
        select m.*, i.id as of_invoice, i.invoice_number, i.account_id, p.id as of_payment,
          p.reference, p.account_id as paid_by
        from moved m
        left join payments p on p.master_id = $1 and p.id = m.subject and m.type = 'payment'
        left join invoices i on i.master_id = $1
          and i.id = coalesce(m.invoice_id, case when m.type <> 'payment' then m.subject end))
      select n.date, n.posting, n.type, n.created_at::text as "createdAt",
        coalesce(n.reference, n.invoice_number) as reference, n.of_invoice as "invoiceId",
        n.of_payment as "paymentId", a.id as "accountId", a.account_name as "accountName",
        n.amount as "amountMinor"
      from named n
      left join accounts a on a.master_id = $1 and a.id = coalesce(n.account_id, n.paid_by)
      where $6::date is null or (n.date, n.created_at, n.posting, coalesce(n.of_invoice, ''))
        > ($6::date, $7::timestamptz, $8::text, $9::text)
      order by n.date, n.created_at, n.posting, coalesce(n.of_invoice, '') limit $10`,
    values: [
      of.masterId,
      of.accountId,
      of.isPayer,
      days.from,
      days.to,
      page.after?.date ?? null,
      page.after?.createdAt ?? null,
      page.after?.posting ?? null,
      page.after?.invoiceId ?? "",
      page.limit,
    ],
  });
  return rows;
}

export interface LedgerRow {
  readonly posting: string;
  readonly entry: number;
  readonly accountId: string;
  readonly ledgerAccount: LedgerAccount;
  readonly amountMinor: number;
  readonly currency: string;
  readonly effectiveDate: string;
  readonly invoiceId: string | null;
  /** As PostgreSQL writes it, to the microsecond. */
  readonly createdAt: string;
}

export type LedgerCursor = Pick<LedgerRow, "effectiveDate" | "createdAt" | "posting" | "entry">;

/** Entries of every posting that touches an account or its invoices, in the order of time. */
export async function readLedger(
  db: Queryable,
  of: AccountRef,
  page: { readonly after: LedgerCursor | null; readonly limit: number },
): Promise<LedgerRow[]> {
  const { after, limit } = page;
  const { rows } = await db.query<LedgerRow>({
    name: "read-ledger",
    text: `with touched as (
        select posting from ledger_entries where master_id = $1 and account_id = $2
        union
        select l.posting from invoices i
          join ledger_entries l on l.master_id = i.master_id and l.invoice_id = i.id
          where i.master_id = $1 and i.account_id = $2)
      select l.posting, l.entry, l.account_id as "accountId", l.ledger_account as "ledgerAccount",
        l.amount_minor as "amountMinor", l.currency, l.effective_date as "effectiveDate",
        l.invoice_id as "invoiceId", l.created_at::text as "createdAt"
      from touched t join ledger_entries l on l.master_id = $1 and l.posting = t.posting
      where $3::date is null or (l.effective_date, l.created_at, l.posting, l.entry)
        > ($3::date, $4::timestamptz, $5::text, $6::int)
      order by l.effective_date, l.created_at, l.posting, l.entry limit $7`,
    values: [
      of.masterId,
      of.accountId,
      after?.effectiveDate ?? null,
      after?.createdAt ?? null,
      after?.posting ?? null,
      after?.entry ?? null,
      limit,
    ],
  });
  return rows;
}
