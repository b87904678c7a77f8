/** Starting bill runs and watching them. */
import { addMonths, isCivilDate, minorToMajor } from "@paymaster/engine";
import type { FastifyInstance } from "fastify";
import Type from "typebox";
import { type BillRun, createBillRun, findBillRun, workBillRun } from "../billing/bill-run.js";
import type { AdminServices } from "./index.js";
import { adminRoute, badField, notFound } from "./route.js";

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

export function registerBillRunRoutes(app: FastifyInstance, services: AdminServices): void {
  const { clock, pool } = services;
  adminRoute(app, "POST", "/bill-runs", NewRun, async ({ body }) => {
    if (!isCivilDate(body.target_date)) {
      throw badField("target_date", "Must be a date like 2026-03-31.");
    }
    const today = clock.today();
    if (body.mode === "post" && body.target_date > today) {
      throw badField(
        "target_date",
        `Posting goes up to today, ${today}; use mode draft or preview.`,
      );
    }
    if (body.target_date > addMonths(today, 12)) {
      throw badField("target_date", `Drafts and previews go up to a year ahead of ${today}.`);
    }
    const run = await createBillRun(services, {
      mode: body.mode,
      targetDate: body.target_date,
      accountIds: body.account_ids ?? null,
      startedBy: "operator",
    });
    const working = workBillRun(services, run.id);
    const finished = await Promise.race([working, later(ANSWER_AFTER_MS)]);
    // What goes on after the answer is taken up by the scheduler, should it fail.
    if (finished === null) working.catch(() => undefined);
    const shown = finished ?? (await findBillRun(pool, run.id)) ?? run;
    return { status: 201, body: billRunBody(shown) };
  });
  adminRoute(app, "GET", "/bill-runs/:id", Type.Object({}), async ({ params }) => {
    const run = await findBillRun(pool, params.id ?? "");
    if (run === undefined) throw notFound(`There is no bill run ${params.id}.`);
    return { status: 200, body: billRunBody(run) };
  });
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
  };
}
