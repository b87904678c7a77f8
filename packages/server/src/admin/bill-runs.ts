/** Starting bill runs and watching them. */
import { addMonths, isCivilDate, minorToMajor } from "@paymaster/engine";
import type { FastifyInstance } from "fastify";
import Type from "typebox";
import {
  type BillRun,
  type BillRunAccount,
  cancelBillRun,
  createBillRun,
  findBillRun,
  listBillRunAccounts,
  listBillRuns,
} from "../billing/bill-run.js";
import { workBillRun } from "../billing/work-bill-run.js";
import { findUnknownAccount } from "../store/accounts.js";
import type { AdminServices } from "./index.js";
import { nextOf, oneOf, readCursor, readLimit, toCursor } from "./query.js";
import { adminRoute, badField, conflict, notFound } from "./route.js";

/** A run that takes longer is answered as still running. */
const ANSWER_AFTER_MS = 10_000;

const NewRun = Type.Object(
  {
    target_date: Type.String({ maxLength: 10 }),
    mode: Type.Union([Type.Literal("post"), Type.Literal("draft"), Type.Literal("preview")]),
    account_ids: Type.Optional(
      Type.Array(Type.String({ maxLength: 64 }), { minItems: 1, maxItems: 10_000 }),
    ),
  },
  { additionalProperties: false },
);

const STATES = ["waiting", "done", "failed"] as const;

export function registerBillRunRoutes(app: FastifyInstance, services: AdminServices): void {
  const { clock, pool } = services;
  adminRoute(app, "POST", "/bill-runs", NewRun, async ({ body, prefersAsync, trackingId }) => {
    checkTargetDate(body.target_date, body.mode, clock.today());
    const accountIds = body.account_ids ?? null;
    const unknown = accountIds === null ? undefined : await findUnknownAccount(pool, accountIds);
    if (unknown !== undefined) throw badField("account_ids", `Account does not exist: ${unknown}.`);
    const run = await createBillRun(services, {
      mode: body.mode,
      targetDate: body.target_date,
      accountIds,
      startedBy: "operator",
      trackingId,
    });
    const working = workBillRun(services, run.id);
    const patience = prefersAsync ? 0 : ANSWER_AFTER_MS;
    const finished = await Promise.race([working, later(patience)]);
    // What goes on after the answer is taken up by the scheduler, should it fail.
    if (finished === null) working.catch(() => undefined);
    const shown = finished ?? (await findBillRun(pool, run.id)) ?? run;
    return { status: 201, body: billRunBody(shown) };
  });
  adminRoute(app, "GET", "/bill-runs", Type.Object({}), async ({ query }) => {
    const limit = readLimit(query);
    const runs = await listBillRuns(pool, { before: query.after ?? null, limit });
    return {
      status: 200,
      body: { bill_runs: runs.map(billRunBody), next: nextOf(runs, limit, (run) => run.id) },
    };
  });
  adminRoute(app, "GET", "/bill-runs/:id", Type.Object({}), async ({ params }) => {
    return { status: 200, body: billRunBody(await requireRun(services, params.id)) };
  });
  adminRoute(app, "POST", "/bill-runs/:id/cancel", Type.Object({}), async (call) => {
    const { params, trackingId } = call;
    const run = await requireRun(services, params.id);
    const by = { actor: "operator", trackingId };
    if (!(await cancelBillRun(services, run.id, by))) throw conflict("The bill run is over.");
    return { status: 200, body: billRunBody(await requireRun(services, run.id)) };
  });
  adminRoute(app, "GET", "/bill-runs/:id/accounts", Type.Object({}), async ({ params, query }) => {
    const run = await requireRun(services, params.id);
    const limit = readLimit(query);
    const after = readCursor(query, 2);
    const accounts = await listBillRunAccounts(pool, run.id, {
      state: oneOf(query, "state", STATES),
      after: after === null ? null : { masterId: after[0] ?? "", accountId: after[1] ?? "" },
      limit,
    });
    return {
      status: 200,
      body: {
        accounts: accounts.map(accountBody),
        next: nextOf(accounts, limit, (one) => toCursor([one.masterId, one.accountId])),
      },
    };
  });
}

function checkTargetDate(targetDate: string, mode: BillRun["mode"], today: string): void {
  if (!isCivilDate(targetDate)) throw badField("target_date", "Must be a date like 2026-03-31.");
  if (mode === "post" && targetDate > today) {
    const message = `Posting goes up to today, ${today}; use mode draft or preview.`;
    throw badField("target_date", message);
  }
  if (targetDate > addMonths(today, 12)) {
    throw badField("target_date", `Drafts and previews go up to a year ahead of ${today}.`);
  }
}

async function requireRun({ pool }: AdminServices, id = ""): Promise<BillRun> {
  const run = await findBillRun(pool, id);
  if (run === undefined) throw notFound(`There is no bill run ${id}.`);
  return run;
}

function later(ms: number): Promise<null> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(null), ms).unref();
  });
}

function billRunBody(run: BillRun) {
  return {
    id: run.id,
    target_date: run.targetDate,
    mode: run.mode,
    status: run.status,
    accounts_total: run.accountsTotal,
    accounts_done: run.accountsDone,
    accounts_failed: run.accountsFailed,
    invoices: run.invoices,
    total: minorToMajor(run.totalMinor),
    currency: run.currency,
    run_date: run.runDate,
    created_at: run.createdAt.toISOString(),
    finished_at: run.finishedAt?.toISOString() ?? null,
    canceled_at: run.canceledAt?.toISOString() ?? null,
    progress: progressOf(run),
  };
}

/** How far it is: accounts worked, those set aside included, and how long the rest will take. */
function progressOf(run: BillRun) {
  const done = run.accountsDone + run.accountsFailed;
  const left = run.accountsTotal - done;
  const { rate } = run;
  const secondsLeft = rate === null || rate <= 0 ? null : Math.ceil(left / rate);
  return {
    done,
    total: run.accountsTotal,
    rate: rate === null ? null : Math.round(rate * 10) / 10,
    seconds_left: run.status === "running" ? secondsLeft : 0,
  };
}

function accountBody(account: BillRunAccount) {
  return {
    account_id: account.accountId,
    state: account.state,
    reason: account.reason,
    invoice_id: account.invoiceId,
    total_amount: account.totalMinor === null ? null : minorToMajor(account.totalMinor),
  };
}
