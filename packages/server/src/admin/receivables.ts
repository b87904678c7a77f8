/** What accounts owe: their invoices, the sum of what is open and overdue, and who is late. */
import { minorToMajor } from "@paymaster/engine";
import type { FastifyInstance } from "fastify";
import Type from "typebox";
import type { Pool } from "../database/pool.js";
import { type AccountRecord, findAccountInBooks, payerIdOf } from "../store/accounts.js";
import { creditOf } from "../store/payments.js";
import {
  listOverduePayers,
  listOwed,
  type OverduePayer,
  type OwedInvoice,
  receivablesOf,
} from "../store/receivables.js";
import type { AdminServices } from "./index.js";
import { invoiceBody } from "./invoices.js";
import { nextOf, oneOf, readCursor, readFlag, readLimit, toCursor } from "./query.js";
import { adminRoute, badField, notFound } from "./route.js";

const Nothing = Type.Object({});

export function registerReceivableRoutes(app: FastifyInstance, services: AdminServices): void {
  const { pool, clock } = services;
  adminRoute(app, "GET", "/accounts/:id/invoices", Nothing, async ({ params, query }) => {
    const account = await requireAccount(pool, params.id);
    const limit = readLimit(query);
    const [before] = readCursor(query, 1) ?? [];
    if (before !== undefined && !/^\d{1,15}$/.test(before)) {
      throw badField("after", "Must be the next of an earlier answer.");
    }
    const invoices = await listOwed(
      pool,
      account,
      clock.today(),
      {
        status: oneOf(query, "status", ["Posted", "Canceled"]),
        open: readFlag(query, "open"),
        overdue: readFlag(query, "overdue"),
      },
      { beforeNumber: before === undefined ? null : Number(before), limit },
    );
    return {
      status: 200,
      body: {
        invoices: invoices.map(owedBody),
        next: nextOf(invoices, limit, (last) => toCursor([String(last.number)])),
      },
    };
  });
  adminRoute(app, "GET", "/accounts/:id/balance", Nothing, async ({ params }) => {
    const account = await requireAccount(pool, params.id);
    return { status: 200, body: await balanceBody(pool, account, clock.today()) };
  });
  adminRoute(app, "GET", "/overdue", Nothing, async ({ query }) => {
    const limit = readLimit(query);
    const [masterId, accountId] = readCursor(query, 2) ?? [];
    const after =
      masterId === undefined || accountId === undefined ? null : { masterId, accountId };
    const payers = await listOverduePayers(pool, clock.today(), { after, limit });
    return {
      status: 200,
      body: {
        accounts: payers.map(overdueBody),
        next: nextOf(payers, limit, (last) => toCursor([last.masterId, last.accountId])),
      },
    };
  });
}

async function requireAccount(pool: Pool, id = ""): Promise<AccountRecord> {
  const account = await findAccountInBooks(pool, id);
  if (account === undefined) throw notFound(`Account does not exist: ${id}.`);
  return account;
}

function owedBody(invoice: OwedInvoice) {
  return {
    ...invoiceBody(invoice),
    overdue: invoice.daysOverdue > 0,
    days_overdue: invoice.daysOverdue,
  };
}

/** What the account itself owes as a payer; of one that is paid for, everything is 0. */
async function balanceBody(pool: Pool, account: AccountRecord, today: string) {
  const owed = await receivablesOf(pool, account, today);
  return {
    account_id: account.accountId,
    payer_id: payerIdOf(account),
    currency: account.currency,
    open: minorToMajor(owed.openMinor),
    open_invoices: owed.openInvoices,
    overdue: minorToMajor(owed.overdueMinor),
    overdue_invoices: owed.overdueInvoices,
    oldest_due_date: owed.oldestDueDate,
    credit: minorToMajor(await creditOf(pool, account)),
  };
}

function overdueBody(payer: OverduePayer) {
  return {
    account_id: payer.accountId,
    account_name: payer.accountName,
    currency: payer.currency,
    overdue: minorToMajor(payer.overdueMinor),
    overdue_invoices: payer.overdueInvoices,
    oldest_due_date: payer.oldestDueDate,
    days_overdue: payer.daysOverdue,
  };
}
