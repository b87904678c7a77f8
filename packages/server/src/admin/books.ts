/** Reading the books: invariants of the whole, the audit log, the ledger and statements. */
import type { FastifyInstance } from "fastify";
import Type from "typebox";
import { SERVICE } from "../store/audit.js";
import type { AdminServices } from "./index.js";
import { registerLedgerRoutes } from "./ledger.js";
import { nextOf, oneOf, readLimit } from "./query.js";
import { adminRoute, badField } from "./route.js";
import { registerStatementRoutes } from "./statements.js";

export function registerBooksRoutes(app: FastifyInstance, services: AdminServices): void {
  const { pool, booksWatch } = services;
  adminRoute(app, "GET", "/invariants", Type.Object({}), async () => {
    const checks = await booksWatch.check();
    return { status: 200, body: { ok: checks.every((check) => check.ok), checks } };
  });
  adminRoute(app, "GET", "/audit", Type.Object({}), async ({ query }) => {
    const newestFirst = oneOf(query, "order", ["oldest", "newest"]) === "newest";
    const after = query.after ?? (newestFirst ? String(Number.MAX_SAFE_INTEGER) : "0");
    if (!/^\d{1,16}$/.test(after)) throw badField("after", "Must be an id of an earlier answer.");
    const limit = readLimit(query);
    const { rows } = await pool.query(
      `select id, account_id, at, actor, event, item_number, tracking_id, before, after
        from audit_log
        where ($1::text is null or account_id = $1 and master_id in (
          select master_id from accounts where id = $1 union all select $4)) and id ${newestFirst ? "<" : ">"} $2
        order by id ${newestFirst ? "desc" : ""} limit $3`,
      [query.account_id ?? null, Number(after), limit, SERVICE.masterId],
    );
    return { status: 200, body: { entries: rows, next: nextOf(rows, limit, (row) => row.id) } };
  });
  registerLedgerRoutes(app, services);
  registerStatementRoutes(app, services);
}
