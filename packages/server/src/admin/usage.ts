/** What an account has in use, as its operator reports it: licences, storage, charges for use. */
import { findPlan } from "@paymaster/contract";
import { type AccountUsage, majorToMinor, reportUsage, type UsageReport } from "@paymaster/engine";
import type { FastifyInstance } from "fastify";
import Type, { type Static } from "typebox";
import { postDecisions } from "../billing/post.js";
import { taxRateOf } from "../billing/tax.js";
import { type Connection, transaction } from "../database/pool.js";
import {
  findAccount,
  type LoadedAccount,
  loadAccount,
  lockAccounts,
  toState,
} from "../store/accounts.js";
import type { AdminServices } from "./index.js";
import { adminRoute, badField, MAX_AMOUNT, notFound } from "./route.js";

const Usage = Type.Object(
  {
    hosts: Type.Optional(
      Type.Record(
        Type.String({ maxLength: 64 }),
        Type.Integer({ minimum: 0, maximum: 1_000_000 }),
        { maxProperties: 200 },
      ),
    ),
    recording_gb: Type.Optional(Type.Number({ minimum: 0, maximum: 1_000_000_000 })),
    /** Further charges for use, in major units by plan type. */
    charges: Type.Optional(
      Type.Record(
        Type.String({ maxLength: 64 }),
        Type.Number({ minimum: 0, maximum: MAX_AMOUNT }),
        {
          maxProperties: 200,
        },
      ),
    ),
  },
  { additionalProperties: false },
);

export function registerUsageRoutes(app: FastifyInstance, services: AdminServices): void {
  const { pool } = services;
  adminRoute(app, "PUT", "/accounts/:id/usage", Usage, async ({ params, body, trackingId }) => {
    if (Object.keys(body).length === 0) throw badField("body", "Give at least one member.");
    const account = await findAccount(pool, params.id ?? "");
    if (account === undefined) throw notFound(`Account does not exist: ${params.id}.`);
    for (const type of [...Object.keys(body.hosts ?? {}), ...Object.keys(body.charges ?? {})]) {
      if (findPlan(type) === undefined) throw badField("hosts", `There is no plan type ${type}.`);
    }
    const usage = await transaction(pool, async (connection) => {
      await lockAccounts(connection, [account]);
      const loaded = await loadAccount(connection, account);
      if (loaded === undefined) throw notFound(`Account does not exist: ${params.id}.`);
      return report(services, connection, loaded, body, trackingId);
    });
    return {
      status: 200,
      body: { hosts: usage.hosts, recording_gb: usage.recordingGb },
    };
  });
}

async function report(
  { books, clock }: AdminServices,
  connection: Connection,
  loaded: LoadedAccount,
  body: Static<typeof Usage>,
  trackingId: string,
): Promise<AccountUsage> {
  const today = clock.today();
  const current = books();
  const state = toState(loaded, taxRateOf(loaded, current));
  const decision = reportUsage(state, toReport(body), today, current.engine);
  await postDecisions(connection, [{ loaded, decision }], {
    now: clock.now(),
    today,
    targetDate: today,
    by: { actor: "operator", trackingId },
    billRunId: null,
  });
  return decision.state.usage;
}

function toReport(body: Static<typeof Usage>): UsageReport {
  const charges = Object.entries(body.charges ?? {}).map(([type, amount]) => {
    const minor = majorToMinor(amount);
    if (minor === null) throw badField(`charges.${type}`, "Must have at most two decimals.");
    return [type, minor] as const;
  });
  return {
    ...(body.hosts === undefined ? {} : { hosts: body.hosts }),
    ...(body.recording_gb === undefined ? {} : { recordingGb: body.recording_gb }),
    ...(body.charges === undefined ? {} : { usageChargesMinor: Object.fromEntries(charges) }),
  };
}
