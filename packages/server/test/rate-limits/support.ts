/** Several limiters on one real database stand for several server processes. */
import type { Operation, RateLimitTier } from "@paymaster/contract";
import { operationList } from "@paymaster/contract";
import Fastify, { type FastifyInstance } from "fastify";
import { afterAll } from "vitest";
import type { ServiceClock } from "../../src/clock.js";
import { migrate } from "../../src/database/migrate.js";
import { createPool, type Pool } from "../../src/database/pool.js";
import { answerError } from "../../src/http/answer-error.js";
import type { Principal } from "../../src/http/principal.js";
import { WireFault } from "../../src/http/wire-fault.js";
import { RateLimiter, type RateLimiterOptions } from "../../src/rate-limits/index.js";
import { startTestPostgres } from "../support/postgres.js";

/** A clock that stands where it was put and, unlike the service's own, can be set back. */
export class SettableClock implements ServiceClock {
  ms: number;

  constructor(instant: string) {
    this.ms = Date.parse(instant);
  }

  nowMs(): number {
    return this.ms;
  }

  now(): Date {
    return new Date(this.ms);
  }

  today(): string {
    return this.now().toISOString().slice(0, 10);
  }
}

const endings: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

/** An empty database with the service's schema, dropped after the file's tests. */
export async function openDatabase(): Promise<Pool> {
  const server = await startTestPostgres();
  const database = await server.createDatabase();
  const pool = createPool({ ...database.connection, max: 8 });
  endings.push(async () => {
    await pool.end();
    await database.drop();
  });
  await migrate(pool);
  return pool;
}

/** A limiter, as one server process has it. Not closed: a test that wants that does it itself. */
export function newLimiter(
  options: Partial<RateLimiterOptions> & Pick<RateLimiterOptions, "pool" | "clock">,
): RateLimiter {
  return new RateLimiter({ enabled: true, ...options });
}

export function operationOf(tool: string): Operation {
  const found = (operationList as readonly Operation[]).find((each) => each.tool === tool);
  if (found === undefined) throw new Error(`The contract has no operation ${tool}.`);
  return found;
}

let accounts = 0;

/** A caller that no other test has used. */
export function newCaller(tier: RateLimitTier = "business", masterId?: string): Principal {
  accounts += 1;
  const accountId = `account-${accounts}`;
  return {
    masterId: masterId ?? accountId,
    accountId,
    kind: masterId === undefined ? "master" : "sub",
    tier,
    scopes: new Set(["billing:master"]),
    actor: "key:test",
    expiresAtMs: null,
  };
}

export interface Outcome {
  readonly admitted: boolean;
  readonly headers: Readonly<Record<string, string>>;
  /** Of a refusal. */
  readonly message?: string;
}

/** One call, as the HTTP application makes it. Errors other than a refusal are thrown. */
export async function call(
  limiter: RateLimiter,
  operation: Operation,
  principal: Principal,
  params: Record<string, string> = { accountId: "me" },
): Promise<Outcome> {
  const headers: Record<string, string> = {};
  const reply = { header: (name: string, value: string) => (headers[name] = value) };
  try {
    await limiter.admit(operation, principal, params, reply);
    return { admitted: true, headers };
  } catch (error) {
    if (!(error instanceof WireFault)) throw error;
    return { admitted: false, headers: error.headers, message: error.body("2021").message };
  }
}

/** How many of `count` calls at once are admitted. */
export async function admittedOf(
  count: number,
  limiter: RateLimiter,
  operation: Operation,
  principal: Principal,
  params?: Record<string, string>,
): Promise<number> {
  const outcomes = await Promise.all(
    Array.from({ length: count }, () => call(limiter, operation, principal, params)),
  );
  return outcomes.filter((outcome) => outcome.admitted).length;
}

/** A real HTTP server whose only route is limited as the service's routes are. */
export function newApp(
  limiter: RateLimiter,
  operation: Operation,
  principal: Principal,
): FastifyInstance {
  const app = Fastify();
  app.setErrorHandler((error, request, reply) =>
    answerError(error as Error, request, reply, "2021", () => undefined),
  );
  for (const path of [`/v2${operation.path}`, ...(operation.aliases ?? [])]) {
    app.route({
      method: operation.method,
      url: path.replace(/\{(\w+)\}/g, ":$1"),
      onRequest: async (request, reply) => {
        const params = request.params as Record<string, string>;
        await limiter.admit(operation, principal, params, reply);
      },
      handler: async () => ({ ok: true }),
    });
  }
  endings.push(() => app.close());
  return app;
}
