/** All accounts with what they bring, use and owe: a page holds up to 10,000 of them. */
import { minorToMajor } from "@paymaster/engine";
import type { FastifyInstance } from "fastify";
import Type from "typebox";
import { type AccountSummary, listAccountSummaries } from "../store/account-summaries.js";
import type { AdminServices } from "./index.js";
import { nextOf, oneOf, readCursor, readLimit, toCursor } from "./query.js";
import { adminRoute, badField } from "./route.js";

export function registerAccountListRoutes(
  app: FastifyInstance,
  { pool, clock }: AdminServices,
): void {
  adminRoute(app, "GET", "/accounts", Type.Object({}), async ({ query }) => {
    const limit = readLimit(query);
    const [masterId = "", number = "0"] = readCursor(query, 2) ?? [];
    if (!/^\d{1,15}$/.test(number))
      throw badField("after", "Must be the next of an earlier answer.");
    const accounts = await listAccountSummaries(
      pool,
      clock.today(),
      {
        masterId: query.master_id || null,
        kind: oneOf(query, "kind", ["master", "sub", "regular"]),
        accountId: query.id || null,
      },
      { after: { masterId, accountNumber: Number(number) }, limit },
    );
    return {
      status: 200,
      body: {
        accounts: accounts.map(summaryBody),
        next: nextOf(accounts, limit, (last) =>
          toCursor([last.masterId, String(last.accountNumber)]),
        ),
      },
    };
  });
}

function summaryBody(account: AccountSummary) {
  return {
    id: account.accountId,
    kind: account.kind,
    master_id: account.masterId,
    parent_id: account.parentId,
    account_name: account.accountName,
    owner_email: account.ownerEmail,
    plan_base: account.baseType,
    state: stateOf(account),
    hosts: account.hosts,
    hosts_used: account.hostsUsed,
    currency: account.currency,
    monthly: minorToMajor(account.monthlyMinor),
    idle: minorToMajor(account.idleMinor),
    next_renewal: account.nextRenewal,
    open: minorToMajor(account.openMinor),
    overdue: minorToMajor(account.overdueMinor),
    created_at: account.createdAt.toISOString(),
  };
}

function stateOf({ baseType, isTrial, isEnding }: AccountSummary) {
  if (baseType === null) return "no_plan";
  if (isEnding) return "ending";
  return isTrial ? "trial" : "active";
}
