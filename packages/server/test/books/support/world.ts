/**
 * Databases with many accounts, made by the real engine and the real posting, for tests that look at the
 * books from below the HTTP interface. The clock stands where a test puts it.
 */
import { findPlan } from "@paymaster/contract";
import { addDays, decide, type PlanRequest } from "@paymaster/engine";
import type { BillingServices } from "../../../src/billing/bill-run.js";
import { postDecisions } from "../../../src/billing/post.js";
import type { ManualClock } from "../../../src/clock.js";
import { migrate } from "../../../src/database/migrate.js";
import { type Pool, transaction } from "../../../src/database/pool.js";
import { checkInvariants } from "../../../src/invariants/index.js";
import {
  type AccountRef,
  loadAccounts,
  lockAccounts,
  toState,
} from "../../../src/store/accounts.js";
import { type DatabaseTemplate, startTestPostgres } from "../../support/postgres.js";
import { servicesOf } from "./services.js";

export interface BooksWorld extends BillingServices {
  readonly clock: ManualClock;
  readonly databaseUrl: string;
  /** Fails with the offenders unless every invariant holds. */
  expectSound(): Promise<void>;
  close(): Promise<void>;
}

/** A database of its own, empty or from a template, with the clock at `today`. */
export async function openWorld(today: string, template?: DatabaseTemplate): Promise<BooksWorld> {
  const postgres = await startTestPostgres();
  const database = await postgres.createDatabase(template);
  const services = servicesOf(database.url, today);
  if (template === undefined) await migrate(services.pool);
  return {
    ...services,
    databaseUrl: database.url,
    expectSound: async () => {
      const broken = (await checkInvariants(services.pool)).filter((check) => !check.ok);
      if (broken.length > 0) throw new Error(JSON.stringify(broken, null, 2));
    },
    close: async () => {
      await services.pool.end();
      await database.drop();
    },
  };
}

export interface Population {
  readonly masters: number;
  /** Sub accounts of each master. */
  readonly subs: number;
  /** Day on which everybody subscribes. */
  readonly from: string;
  /** Days over which the subscriptions are spread; 1: all on the same day. */
  readonly days?: number;
  readonly consolidated?: boolean;
}

/** A template with a population; the same population is made once a test run. */
export function templateOf(population: Population): DatabaseTemplate {
  return {
    key: `books:${JSON.stringify(population)}`,
    prepare: async (database) => {
      const services = servicesOf(database.url, population.from);
      try {
        await migrate(services.pool);
        await populate(services, population);
      } finally {
        await services.pool.end();
      }
    },
  };
}

const BATCH = 500;

/** Makes the population: three items an account, hosts and add-ons differing from one to the next. */
export async function populate(
  services: BillingServices & { readonly clock: ManualClock },
  { masters, subs, from, days = 1, consolidated = false }: Population,
): Promise<void> {
  const { pool, clock } = services;
  const refs: AccountRef[] = [];
  for (let master = 0; master < masters; master += 1) {
    const masterId = `master-${String(master).padStart(4, "0")}`;
    await insertMaster(pool, masterId, consolidated, clock.now());
    await insertSubs(pool, masterId, subs, clock.now());
    for (let sub = 0; sub < subs; sub += 1) {
      refs.push({ masterId, accountId: subId(masterId, sub) });
    }
  }
  await auditAccounts(pool, clock.now());
  for (let day = 0; day < days; day += 1) {
    clock.moveTo(Date.parse(`${addDays(from, day)}T00:00:00Z`));
    const starting = refs.filter((_, index) => index % days === day);
    for (let at = 0; at < starting.length; at += BATCH) {
      await subscribe(services, starting.slice(at, at + BATCH));
    }
  }
}

export function subId(masterId: string, sub: number): string {
  return `${masterId}-sub-${String(sub).padStart(6, "0")}`;
}

/** Says in the audit log that every account was made. */
async function auditAccounts(pool: Pool, now: Date) {
  await pool.query(
    `insert into audit_log (master_id, account_id, at, actor, event)
      select master_id, id, $1, 'test', 'account_created' from accounts`,
    [now],
  );
}

async function insertMaster(pool: Pool, id: string, consolidated: boolean, now: Date) {
  await pool.query(
    `insert into accounts (master_id, id, kind, account_name, owner_id, owner_email,
        consolidated_statements, created_at)
      values ($1, $1, 'master', $1, $1, $1 || '@masters.example', $2, $3)`,
    [id, consolidated, now],
  );
}

async function insertSubs(pool: Pool, masterId: string, subs: number, now: Date) {
  await pool.query(
    `insert into accounts (master_id, id, kind, parent_id, account_name, owner_id, owner_email,
        contact, created_at)
      select $1, $1 || '-sub-' || lpad(n::text, 6, '0'), 'sub', $1, 'Sub ' || n, 'owner-' || n,
        n || '@' || $1 || '.example', '{"country": "US", "state": "WA", "city": "Seattle"}', $3
      from generate_series(0, $2::int - 1) n`,
    [masterId, subs, now],
  );
}

const ADDONS = [
  ["webinar500_monthly", "large500_monthly"],
  ["webinar500_yearly", "zroom_monthly"],
  ["large500_yearly", "webinar1000_monthly"],
] as const;

/** What the account of this ordinal buys. */
export function purchaseOf(ordinal: number): { base: PlanRequest; addons: PlanRequest[] } {
  const addons = ADDONS[ordinal % ADDONS.length] ?? ADDONS[0];
  return {
    base: request("monthly", 3 + (ordinal % 7), "base"),
    addons: addons.map((type, index) => request(type, 1 + ((ordinal + index) % 2), "addon")),
  };
}

function request(planType: string, hosts: number, role: "base" | "addon"): PlanRequest {
  const family = role === "base" ? "plan_base" : (findPlan(planType)?.families[0] ?? "");
  return { family, role, planType, hosts, options: {} };
}

async function subscribe(services: BillingServices, refs: readonly AccountRef[]): Promise<void> {
  const { pool, clock } = services;
  const { engine, taxRatePpm } = services.books();
  const today = clock.today();
  await transaction(pool, async (connection) => {
    await lockAccounts(connection, refs);
    const loaded = await loadAccounts(connection, refs);
    const decided = loaded.map((account) => {
      const ordinal = Number(account.record.accountId.slice(-6));
      const state = toState(account, taxRatePpm(account.record.contact));
      const decision = decide(
        state,
        { kind: "subscribe", ...purchaseOf(ordinal), contact: null },
        today,
        engine,
      );
      if (!decision.ok) throw new Error(`${decision.error} ${JSON.stringify(decision.params)}`);
      return { loaded: account, decision };
    });
    await postDecisions(connection, decided, {
      now: clock.now(),
      today,
      targetDate: today,
      by: { actor: "test", trackingId: null },
      billRunId: null,
    });
  });
}
