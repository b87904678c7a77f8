/** Reading the service's clock, and moving it where it is a test clock. */
import { addDays, isCivilDate } from "@paymaster/engine";
import type { FastifyInstance } from "fastify";
import Type from "typebox";
import { advanceClock } from "../billing/advance.js";
import { readDueDays } from "../billing/due-days.js";
import { nextMonthEnd } from "../billing/revenue.js";
import { DAY_MS, type ServiceClock, TEST_CLOCK_RANGE } from "../clock.js";
import { transaction } from "../database/pool.js";
import { SERVICE, writeAudit } from "../store/audit.js";
import type { AdminServices } from "./index.js";
import { readCount } from "./query.js";
import { adminRoute, badField, conflict } from "./route.js";

/** One call may pass over at most this much time. */
const MAX_ADVANCE_DAYS = 366 * 50;
const UNITS_MS = { days: DAY_MS, hours: 3_600_000, minutes: 60_000, seconds: 1_000 } as const;

const AdvanceBody = Type.Object(
  {
    to: Type.Optional(Type.String({ maxLength: 40 })),
    days: Type.Optional(Type.Integer({ minimum: 0, maximum: MAX_ADVANCE_DAYS })),
    hours: Type.Optional(Type.Integer({ minimum: 0, maximum: 24 * MAX_ADVANCE_DAYS })),
    minutes: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_440 * MAX_ADVANCE_DAYS })),
    seconds: Type.Optional(Type.Integer({ minimum: 0, maximum: 86_400 * MAX_ADVANCE_DAYS })),
  },
  { additionalProperties: false },
);

const TickBody = Type.Object({ ticking: Type.Boolean() }, { additionalProperties: false });
const Nothing = Type.Object({});

export function registerClockRoutes(app: FastifyInstance, services: AdminServices): void {
  const { clock, pool } = services;
  const show = () => ({
    now: clock.now().toISOString(),
    kind: clock.state.kind,
    ticking: clock.state.kind === "system" || clock.state.ticking,
  });
  // Before the change: what follows from it may take long, and must not go unexplained.
  const audit = (event: string, trackingId: string, change: object) =>
    transaction(pool, (connection) =>
      writeAudit(connection, { actor: "operator", trackingId }, clock.now(), [
        { ...SERVICE, event, itemNumber: null, before: show(), after: { ...show(), ...change } },
      ]),
    );
  adminRoute(app, "GET", "/clock", Nothing, async () => ({ status: 200, body: show() }));
  adminRoute(app, "GET", "/clock/due", Nothing, async ({ query }) => {
    const days = await readDueDays(pool, readCount(query, "limit", { default: 10, max: 100 }));
    return { status: 200, body: { ...show(), month_end: await nextMonthEnd(pool), days } };
  });
  adminRoute(app, "PUT", "/clock", TickBody, async ({ body, trackingId }) => {
    requireTestClock(services);
    await audit("clock_ticking", trackingId, { ticking: body.ticking });
    await clock.setTicking(body.ticking);
    return { status: 200, body: show() };
  });
  adminRoute(app, "POST", "/clock/advance", AdvanceBody, async ({ body, trackingId }) => {
    requireTestClock(services);
    const members = Object.entries(body);
    const [name, value] = members[0] ?? [];
    if (members.length !== 1 || name === undefined) {
      throw badField("body", "Give exactly one of to, days, hours, minutes, seconds.");
    }
    const aim = aimOf(name, value);
    const { invoicesPosted } = await advanceClock(services, clock, async () => {
      // Another process may have moved it while this one waited.
      await clock.heartbeat();
      const targetMs = checkTarget(clock, name, aim(clock.nowMs()), value);
      await audit("clock_moved", trackingId, { now: new Date(targetMs).toISOString() });
      return targetMs;
    });
    return {
      status: 200,
      body: { now: clock.now().toISOString(), invoices_posted: invoicesPosted },
    };
  });
}

/** @returns where the clock goes: never back, nor further than one call may move it */
function checkTarget(clock: ServiceClock, name: string, toMs: number, written: unknown): number {
  const nowMs = clock.nowMs();
  if (toMs < nowMs && typeof written === "string" && !sameDay(toMs, nowMs, written)) {
    throw badField("to", `The clock stands at ${clock.now().toISOString()} and never goes back.`);
  }
  if (toMs > Date.parse(`${addDays(clock.today(), MAX_ADVANCE_DAYS)}T00:00:00Z`)) {
    throw badField(name, "One call may pass over at most 50 years.");
  }
  const { last } = TEST_CLOCK_RANGE;
  if (toMs > Date.parse(last)) throw badField(name, `The clock goes up to ${last}.`);
  return Math.max(toMs, nowMs);
}

function requireTestClock({ clock }: AdminServices): void {
  if (clock.state.kind === "system") {
    throw conflict("The service runs on the system clock, which cannot be moved or stopped.");
  }
}

/** "Until today" is not a step back, although midnight has passed. */
function sameDay(toMs: number, nowMs: number, written: string): boolean {
  return isCivilDate(written) && Math.floor(toMs / DAY_MS) === Math.floor(nowMs / DAY_MS);
}

function parseTo(to: string): number {
  if (isCivilDate(to)) return Date.parse(`${to}T00:00:00Z`);
  const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/.test(to)
    ? Date.parse(to)
    : Number.NaN;
  if (Number.isNaN(instant)) {
    throw badField("to", "Must be a date like 2026-03-31 or an instant like 2026-03-31T12:00:00Z.");
  }
  return instant;
}

/** @returns to which instant the request leads from another one */
function aimOf(name: string, value: string | number | undefined): (nowMs: number) => number {
  if (typeof value === "string") {
    const toMs = parseTo(value);
    return () => toMs;
  }
  const durationMs = (value ?? 0) * UNITS_MS[name as keyof typeof UNITS_MS];
  return (nowMs) => nowMs + durationMs;
}
