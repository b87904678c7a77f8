/** Consolidated statements of a payer, and their lines. */
import { minorToMajor } from "@paymaster/engine";
import type { FastifyInstance } from "fastify";
import Type from "typebox";
import { findAccountInBooks } from "../store/accounts.js";
import {
  findStatement,
  listStatements,
  readStatementLines,
  type StatementRecord,
} from "../store/statements.js";
import type { AdminServices } from "./index.js";
import { nextOf, readCursor, readLimit, toCursor } from "./query.js";
import { adminRoute, badField, notFound } from "./route.js";

const Nothing = Type.Object({});

export function registerStatementRoutes(app: FastifyInstance, { pool }: AdminServices): void {
  adminRoute(app, "GET", "/accounts/:id/statements", Nothing, async ({ params, query }) => {
    const account = await findAccountInBooks(pool, params.id ?? "");
    if (account === undefined) throw notFound(`Account does not exist: ${params.id}.`);
    const limit = readLimit(query);
    const [billRunId, id] = readCursor(query, 2) ?? [];
    const before = billRunId === undefined || id === undefined ? null : { billRunId, id };
    const statements = await listStatements(pool, account, { before, limit });
    return {
      status: 200,
      body: {
        statements: statements.map(statementBody),
        next: nextOf(statements, limit, (last) => toCursor([last.billRunId, last.id])),
      },
    };
  });
  adminRoute(app, "GET", "/statements/:id", Nothing, async ({ params, query }) => {
    const statement = await findStatement(pool, params.id ?? "");
    if (statement === undefined) throw notFound(`There is no statement ${params.id}.`);
    const limit = readLimit(query);
    const [afterNumber = "0"] = readCursor(query, 1) ?? [];
    if (!/^\d{1,15}$/.test(afterNumber)) {
      throw badField("after", "Must be the next of an earlier answer.");
    }
    const page = { afterNumber: Number(afterNumber), limit };
    const lines = await readStatementLines(pool, statement, page);
    return {
      status: 200,
      body: {
        ...statementBody(statement),
        lines: lines.map((line) => ({
          invoice_id: line.invoiceId,
          invoice_number: line.invoiceNumber,
          account_id: line.accountId,
          account_name: line.accountName,
          total_amount: minorToMajor(line.totalMinor),
        })),
        next: nextOf(lines, limit, (last) => toCursor([String(last.number)])),
      },
    };
  });
}

function statementBody(statement: StatementRecord) {
  return {
    id: statement.id,
    payer_id: statement.payerId,
    bill_run_id: statement.billRunId,
    statement_date: statement.statementDate,
    currency: statement.currency,
    invoices: statement.invoices,
    total_amount: minorToMajor(statement.totalMinor),
  };
}
