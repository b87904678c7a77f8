/** The ledger: entries, the trial balance, and the statement of an account; the last two as CSV too. */
import { addMonths, formatMinor, isCivilDate, minorToMajor } from "@paymaster/engine";
import type { FastifyInstance } from "fastify";
import Type from "typebox";
import type { Pool } from "../database/pool.js";
import { type AccountRecord, findAccountInBooks, payerIdOf } from "../store/accounts.js";
import {
  balanceBefore,
  type LedgerCursor,
  type LedgerRow,
  type Movement,
  type MovementCursor,
  movements,
  readLedger,
  type StatementOf,
  trialBalance,
} from "../store/ledger-reports.js";
import type { CsvRow } from "./csv.js";
import type { AdminServices } from "./index.js";
import { isInstant, nextOf, readCursor, readDate, readLimit, toCursor } from "./query.js";
import { adminRoute, badField, notFound } from "./route.js";

const Nothing = Type.Object({});

export function registerLedgerRoutes(app: FastifyInstance, services: AdminServices): void {
  const { pool, clock } = services;
  adminRoute(app, "GET", "/ledger", Nothing, async ({ query }) => {
    const account = await requireAccount(pool, query.account_id);
    const limit = readLimit(query);
    const rows = await readLedger(pool, account, { after: ledgerCursor(query), limit });
    return {
      status: 200,
      body: {
        entries: rows.map(entryBody),
        balances: balancesOf(rows),
        next: nextOf(rows, limit, (row) =>
          toCursor([row.effectiveDate, row.createdAt, row.posting, String(row.entry)]),
        ),
      },
    };
  });
  adminRoute(app, "GET", "/trial-balance", Nothing, async ({ query, wantsCsv }) => {
    const asOf = readDate(query, "as_of") ?? clock.today();
    const rows = await trialBalance(pool, asOf, await readMaster(pool, query.account_id));
    if (wantsCsv) {
      const csv: CsvRow[] = [["ledger_account", "currency", "debit", "credit"]];
      for (const { ledgerAccount, currency, balanceMinor } of rows) {
        const [debit, credit] = sides(balanceMinor);
        csv.push([ledgerAccount, currency, formatMinor(debit), formatMinor(credit)]);
      }
      return { status: 200, csv, fileName: `trial-balance-${asOf}.csv` };
    }
    const accounts = rows.map(({ ledgerAccount, currency, balanceMinor }) => {
      const [debit, credit] = sides(balanceMinor);
      return {
        ledger_account: ledgerAccount,
        currency,
        debit: minorToMajor(debit),
        credit: minorToMajor(credit),
      };
    });
    return { status: 200, body: { as_of: asOf, accounts, totals: totalsOf(rows) } };
  });
  adminRoute(app, "GET", "/accounts/:id/statement", Nothing, async (call) => {
    const { params, query, wantsCsv } = call;
    const account = await requireAccount(pool, params.id, "id");
    const days = readDays(query, clock.today());
    const of = { ...account, isPayer: payerIdOf(account) === account.accountId };
    if (wantsCsv) {
      const fileName = `statement-${account.accountId}-${days.from}-${days.to}.csv`;
      return { status: 200, csv: statementCsv(pool, of, days), fileName };
    }
    return { status: 200, body: await statementBody(pool, of, days, query) };
  });
}

async function requireAccount(pool: Pool, id = "", field = "account_id"): Promise<AccountRecord> {
  if (id === "") throw badField(field, "This parameter is required.");
  const account = await findAccountInBooks(pool, id);
  if (account === undefined) throw notFound(`Account does not exist: ${id}.`);
  return account;
}

/** A tenant's books, by its master; a sub account has no books that balance by themselves. */
async function readMaster(pool: Pool, id: string | undefined): Promise<string | null> {
  if (id === undefined || id === "") return null;
  const account = await requireAccount(pool, id);
  if (account.kind === "sub") {
    throw badField("account_id", "Must be a master or regular account: its subs share its books.");
  }
  return account.masterId;
}

interface Days {
  readonly from: string;
  readonly to: string;
}

/** The month up to today unless asked otherwise. */
function readDays(query: Readonly<Record<string, string | undefined>>, today: string): Days {
  const to = readDate(query, "to") ?? today;
  const from = readDate(query, "from") ?? addMonths(to, -1);
  if (from > to) throw badField("from", "Must not be after to.");
  return { from, to };
}

function ledgerCursor(query: Readonly<Record<string, string | undefined>>): LedgerCursor | null {
  const parts = readCursor(query, 4);
  if (parts === null) return null;
  const [effectiveDate = "", createdAt = "", posting = "", entry = ""] = parts;
  if (!isCivilDate(effectiveDate) || !isInstant(createdAt) || !/^\d{1,9}$/.test(entry)) {
    throw badField("after", "Must be the next of an earlier answer.");
  }
  return { effectiveDate, createdAt, posting, entry: Number(entry) };
}

function movementCursor(
  query: Readonly<Record<string, string | undefined>>,
): { after: MovementCursor; balanceMinor: number } | null {
  const parts = readCursor(query, 5);
  if (parts === null) return null;
  const [date = "", createdAt = "", posting = "", invoiceId = "", balance = ""] = parts;
  if (!isCivilDate(date) || !isInstant(createdAt) || !/^-?\d{1,14}$/.test(balance)) {
    throw badField("after", "Must be the next of an earlier answer.");
  }
  return { after: { date, createdAt, posting, invoiceId }, balanceMinor: Number(balance) };
}

function entryBody(row: LedgerRow) {
  return {
    posting: row.posting,
    entry: row.entry,
    account_id: row.accountId,
    ledger_account: row.ledgerAccount,
    amount: minorToMajor(row.amountMinor),
    currency: row.currency,
    effective_date: row.effectiveDate,
    invoice_id: row.invoiceId,
    created_at: new Date(row.createdAt).toISOString(),
  };
}

/** Sum of each ledger account over the entries shown, debit positive. */
function balancesOf(rows: readonly LedgerRow[]): Record<string, number> {
  const totals = new Map<string, number>();
  for (const row of rows) {
    totals.set(row.ledgerAccount, (totals.get(row.ledgerAccount) ?? 0) + row.amountMinor);
  }
  return Object.fromEntries([...totals].map(([name, total]) => [name, minorToMajor(total)]));
}

/** A balance stands on one side: debit or credit. */
function sides(balanceMinor: number): [debit: number, credit: number] {
  return [Math.max(balanceMinor, 0), Math.max(-balanceMinor, 0)];
}

/** By currency; the two sides are equal, or the books are broken. */
function totalsOf(rows: readonly { currency: string; balanceMinor: number }[]) {
  const currencies = [...new Set(rows.map((row) => row.currency))];
  return currencies.map((currency) => {
    let [debit, credit] = [0, 0];
    for (const row of rows) {
      if (row.currency !== currency) continue;
      const [more, less] = sides(row.balanceMinor);
      debit += more;
      credit += less;
    }
    return { currency, debit: minorToMajor(debit), credit: minorToMajor(credit) };
  });
}

async function statementBody(
  pool: Pool,
  of: StatementOf & AccountRecord,
  days: Days,
  query: Readonly<Record<string, string | undefined>>,
) {
  const limit = readLimit(query);
  const cursor = movementCursor(query);
  const openingMinor = cursor?.balanceMinor ?? (await balanceBefore(pool, of, days.from));
  const moved = await movements(pool, of, days, { after: cursor?.after ?? null, limit });
  let balanceMinor = openingMinor;
  const entries = moved.map((movement) => {
    balanceMinor += movement.amountMinor;
    return {
      date: movement.date,
      type: movement.type,
      reference: movement.reference,
      invoice_id: movement.invoiceId,
      payment_id: movement.paymentId,
      account_id: movement.accountId,
      account_name: movement.accountName,
      amount: minorToMajor(movement.amountMinor),
      balance: minorToMajor(balanceMinor),
    };
  });
  return {
    account_id: of.accountId,
    payer_id: payerIdOf(of),
    currency: of.currency,
    ...days,
    opening_balance: minorToMajor(openingMinor),
    entries,
    closing_balance: minorToMajor(balanceMinor),
    next: nextOf(moved, limit, (last) =>
      toCursor([
        last.date,
        last.createdAt,
        last.posting,
        last.invoiceId ?? "",
        String(balanceMinor),
      ]),
    ),
  };
}

/** Rows that a CSV file reads at a time. */
const CSV_PAGE = 5_000;

async function* statementCsv(
  pool: Pool,
  of: StatementOf & AccountRecord,
  days: Days,
): AsyncIterable<CsvRow> {
  yield [
    "date",
    "type",
    "reference",
    "account_id",
    "account_name",
    "amount",
    "balance",
    "currency",
  ];
  let balanceMinor = await balanceBefore(pool, of, days.from);
  const { currency } = of;
  const row = (date: string, type: string, amount: string, movement: Movement | null): CsvRow => [
    date,
    type,
    movement?.reference ?? null,
    movement?.accountId ?? null,
    movement?.accountName ?? null,
    amount,
    formatMinor(balanceMinor),
    currency,
  ];
  yield row(days.from, "opening", "", null);
  for (let after: MovementCursor | null = null; ; ) {
    const page: Movement[] = await movements(pool, of, days, { after, limit: CSV_PAGE });
    for (const movement of page) {
      balanceMinor += movement.amountMinor;
      yield row(movement.date, movement.type, formatMinor(movement.amountMinor), movement);
    }
    after = page.at(-1) ?? null;
    if (page.length < CSV_PAGE) break;
  }
  yield row(days.to, "closing", "", null);
}
