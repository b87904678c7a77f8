/** Quotas of an account: what its labels and special rules allow, and what is left of it now. */
import type { FastifyInstance } from "fastify";
import Type from "typebox";
import { findAccount } from "../store/accounts.js";
import type { AdminServices } from "./index.js";
import { adminRoute, badField, notFound } from "./route.js";

export function registerLimitRoutes(
  app: FastifyInstance,
  { pool, rateLimiter }: AdminServices,
): void {
  adminRoute(app, "GET", "/limits", Type.Object({}), async ({ query }) => {
    const id = query.account_id ?? "";
    if (id === "") throw badField("account_id", "This parameter is required.");
    const account = await findAccount(pool, id);
    if (account === undefined) throw notFound(`Account does not exist: ${id}.`);
    // The tier is the master's.
    const master =
      account.kind === "sub" ? ((await findAccount(pool, account.masterId)) ?? account) : account;
    const report = await rateLimiter.report({ ...account, tier: master.tier });
    return { status: 200, body: { account_id: account.accountId, tier: master.tier, ...report } };
  });
}
