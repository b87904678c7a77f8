/** The service at a glance, and the course of its recurring revenue. */
import { minorToMajor } from "@paymaster/engine";
import type { FastifyInstance } from "fastify";
import Type from "typebox";
import {
  type Overview,
  type OverviewScope,
  readCourse,
  readIdleAccounts,
  readOverview,
  readPlanShares,
  readRenewals,
} from "../store/overview.js";
import type { AdminServices } from "./index.js";
import { type Query, readCount } from "./query.js";
import { adminRoute } from "./route.js";

const PLANS_SHOWN = 8;
const IDLE_SHOWN = 6;
const RENEWALS_SHOWN = 8;
const MAX_MONTHS = 36;

export function registerOverviewRoutes(app: FastifyInstance, services: AdminServices): void {
  const { pool, clock } = services;
  const scopeOf = (query: Query): OverviewScope => ({
    masterId: query.master_id || null,
    today: clock.today(),
  });
  adminRoute(app, "GET", "/overview", Type.Object({}), async ({ query }) => {
    const scope = scopeOf(query);
    const overview = await readOverview(pool, scope);
    const plans = await readPlanShares(pool, scope, overview.currency, PLANS_SHOWN);
    const idle = await readIdleAccounts(pool, scope, overview.currency, IDLE_SHOWN);
    const renewals = await readRenewals(pool, scope, RENEWALS_SHOWN);
    return {
      status: 200,
      body: {
        as_of: scope.today,
        ...overviewBody(overview),
        plans: plans.map((plan) => ({
          plan_type: plan.planType,
          accounts: plan.accounts,
          hosts: plan.hosts,
          monthly: minorToMajor(plan.monthlyMinor),
        })),
        idle_accounts: idle.map((account) => ({
          account_id: account.accountId,
          account_name: account.accountName,
          hosts: account.hosts,
          hosts_used: account.hostsUsed,
          idle: minorToMajor(account.idleMinor),
        })),
        renewals: renewals.map((renewal) => ({
          account_id: renewal.accountId,
          account_name: renewal.accountName,
          date: renewal.date,
          plan_type: renewal.planType,
          hosts: renewal.hosts,
          amount: minorToMajor(renewal.amountMinor),
          currency: renewal.currency,
          changes: renewal.isChanging,
        })),
      },
    };
  });
  adminRoute(app, "GET", "/overview/course", Type.Object({}), async ({ query }) => {
    const scope = scopeOf(query);
    const months = readCount(query, "months", { default: 12, max: MAX_MONTHS });
    const { currency } = await readOverview(pool, scope);
    const course = await readCourse(pool, scope, currency, months);
    return {
      status: 200,
      body: {
        currency,
        months: course.map(({ month, day, monthlyMinor, accounts }) => ({
          month,
          day,
          monthly: minorToMajor(monthlyMinor),
          accounts,
        })),
      },
    };
  });
}

function overviewBody(overview: Overview) {
  return {
    currency: overview.currency,
    other_currencies: overview.otherCurrencies,
    accounts: {
      masters: overview.masters,
      subs: overview.subs,
      regulars: overview.regulars,
      with_plan: overview.withPlan,
      on_trial: overview.onTrial,
      ending: overview.ending,
    },
    hosts: overview.hosts,
    hosts_used: overview.hostsUsed,
    monthly: minorToMajor(overview.monthlyMinor),
    idle: minorToMajor(overview.idleMinor),
    open: minorToMajor(overview.openMinor),
    overdue: minorToMajor(overview.overdueMinor),
    overdue_accounts: overview.overdueAccounts,
    oldest_due_date: overview.oldestDueDate,
  };
}
