/**
 * Clients that go on through faults: readers that try again, and writers that repeat a change with its
 * `Idempotency-Key` until it is acknowledged. Afterwards the books tell whether each acknowledged change
 * is there, once.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import { type Answer, CONTACT, send } from "../../support/server.js";
import type { Serving } from "./serving.js";

export interface Customer {
  readonly token: string;
  readonly accountId: string;
}

export interface LoadOptions {
  /** The servers that a balancer would send calls to at the moment. */
  readonly servers: () => readonly Serving[];
  readonly customers: readonly Customer[];
  readonly readers: number;
  /** How often a call is tried before it counts as failed. */
  readonly tries: number;
  /** Between two tries. */
  readonly pauseMs?: number;
}

export interface Tally {
  readonly reads: number;
  readonly retriedReads: number;
  /** Reads that failed although they were tried again: what the last answer was. */
  readonly failedReads: readonly string[];
  /** Changes acknowledged, by account; each posted one invoice. */
  readonly acknowledged: ReadonlyMap<string, number>;
  readonly retriedWrites: number;
  /** Answers that no client should ever see. */
  readonly wrongAnswers: readonly string[];
  /** The longest time without a successful answer. */
  readonly longestGapMs: number;
}

export interface Load {
  /** Lets every change that was begun be acknowledged, then says what happened. */
  stop(): Promise<Tally>;
  /** Successful reads so far. */
  answers(): number;
  /** Changes acknowledged so far. */
  changes(): number;
  /** Changes that had to be tried again so far. */
  retriedWrites(): number;
}

/** Sold for up to 9,999 hosts: room for one change after the other. */
const ROOMS = "zroom_monthly";
const FIRST_HOSTS = 2;
const CALL_LIMIT_MS = 40_000;

let owners = 0;

/** Masters of their own, each with sub accounts that have a plan: what the load works on. */
export async function makeCustomers(
  server: Serving,
  masters: number,
  subs: number,
): Promise<Customer[]> {
  const customers: Customer[] = [];
  for (let master = 0; master < masters; master += 1) {
    const made = await server.admin<{ api_key: string }>("POST", "/accounts", {
      kind: "master",
      account_name: `Load ${master}`,
      plan_base: null,
    });
    expect(made.status).toBe(201);
    const token = made.body.api_key;
    for (let sub = 0; sub < subs; sub += 1) {
      owners += 1;
      const account = await server.wire<{ id: string }>("POST", "/accounts", {
        token,
        body: {
          first_name: "Mira",
          last_name: "Castellan",
          email: `load${owners}@harbor.example`,
          password: "Long-enough-9",
        },
      });
      expect(account.status, JSON.stringify(account.body)).toBe(201);
      const bought = await server.wire("POST", `/accounts/${account.body.id}/plans`, {
        token,
        body: {
          contact: CONTACT,
          plan_base: { type: "monthly", hosts: 1 },
          plan_zoom_rooms: { type: ROOMS, hosts: FIRST_HOSTS },
        },
      });
      expect(bought.status, JSON.stringify(bought.body)).toBe(201);
      customers.push({ token, accountId: account.body.id });
    }
  }
  return customers;
}

/** One writer for each customer, besides the readers. */
export function startLoad(options: LoadOptions): Load {
  const { servers, customers, readers, tries, pauseMs = 50 } = options;
  const acknowledged = new Map(customers.map(({ accountId }) => [accountId, 0]));
  const failedReads: string[] = [];
  const wrongAnswers: string[] = [];
  let [reads, retriedReads, retriedWrites, turn] = [0, 0, 0, 0];
  let [stopped, lastAnswerMs, longestGapMs] = [false, performance.now(), 0];

  /** Another server than the last time. */
  const next = (): Serving | undefined => {
    const list = servers();
    turn += 1;
    return list[turn % list.length];
  };

  async function call(method: string, path: string, token: string, more: object): Promise<Outcome> {
    const server = next();
    if (server === undefined) return { kind: "away", why: "no server" };
    try {
      const signal = AbortSignal.timeout(CALL_LIMIT_MS);
      const answer = await send(method, `${server.origin}/v2${path}`, token, { ...more, signal });
      return outcomeOf(answer);
    } catch (error) {
      return { kind: "away", why: `${error} ${(error as Error).cause ?? ""}` };
    }
  }

  const succeed = () => {
    const nowMs = performance.now();
    longestGapMs = Math.max(longestGapMs, nowMs - lastAnswerMs);
    lastAnswerMs = nowMs;
  };

  async function read(reader: number): Promise<void> {
    for (let at = reader; !stopped; at += 1) {
      const customer = customers[at % customers.length];
      if (customer === undefined) return;
      for (let attempt = 1; ; attempt += 1) {
        const path = `/accounts/${customer.accountId}/plans`;
        const outcome = await call("GET", path, customer.token, {});
        if (outcome.kind === "done" || outcome.kind === "limited") {
          reads += 1;
          succeed();
          break;
        }
        if (outcome.kind === "wrong") {
          wrongAnswers.push(`GET ${path}: ${outcome.why}`);
          break;
        }
        if (attempt === tries) {
          failedReads.push(outcome.why);
          break;
        }
        retriedReads += 1;
        await sleep(pauseMs);
      }
      await sleep(2);
    }
  }

  /** One host more with each change: each posts one invoice. */
  async function write({ accountId, token }: Customer): Promise<void> {
    for (let hosts = FIRST_HOSTS + 1; !stopped; hosts += 1) {
      const more = {
        body: { type: ROOMS, hosts },
        headers: { "idempotency-key": `${accountId}-${hosts}` },
      };
      for (;;) {
        const outcome = await call("PUT", `/accounts/${accountId}/plans/addons`, token, more);
        if (outcome.kind === "done") break;
        if (outcome.kind === "wrong") {
          wrongAnswers.push(`PUT ${accountId} ${hosts}: ${outcome.why}`);
          return;
        }
        retriedWrites += 1;
        await sleep(outcome.kind === "limited" ? 200 : pauseMs);
      }
      acknowledged.set(accountId, hosts - FIRST_HOSTS);
      succeed();
      await sleep(5);
    }
  }

  const working = [
    ...Array.from({ length: readers }, (_, reader) => read(reader)),
    ...customers.map((customer) => write(customer)),
  ];
  return {
    answers: () => reads,
    changes: () => [...acknowledged.values()].reduce((sum, count) => sum + count, 0),
    retriedWrites: () => retriedWrites,
    stop: async () => {
      stopped = true;
      await Promise.all(working);
      return {
        reads,
        retriedReads,
        failedReads,
        acknowledged,
        retriedWrites,
        wrongAnswers,
        longestGapMs,
      };
    },
  };
}

/** away: try again. limited: an answer, and later there will be another one. */
type Outcome =
  | { readonly kind: "done" }
  | { readonly kind: "limited" }
  | { readonly kind: "away"; readonly why: string }
  | { readonly kind: "wrong"; readonly why: string };

function outcomeOf({ status, body, headers }: Answer<unknown>): Outcome {
  if (status === 200 || status === 204) return { kind: "done" };
  if (status === 429) return { kind: "limited" };
  const why = `${status} ${JSON.stringify(body)}`;
  const isInProgress = status === 409 && headers.has("retry-after");
  if (isInProgress || (status === 503 && headers.has("retry-after"))) return { kind: "away", why };
  return { kind: "wrong", why };
}

/** Every acknowledged change is there, once: hosts, invoices and the books say the same. */
export async function expectKept(
  server: Serving,
  customers: readonly Customer[],
  { acknowledged }: Pick<Tally, "acknowledged">,
): Promise<void> {
  for (const { accountId, token } of customers) {
    const changes = acknowledged.get(accountId) ?? 0;
    const path = `/accounts/${accountId}/plans`;
    const plans = await patiently(() =>
      server.wire<{ plan_zoom_rooms: { hosts: number } }>("GET", path, { token }),
    );
    expect(plans.body.plan_zoom_rooms.hosts, accountId).toBe(FIRST_HOSTS + changes);
    const { body } = await server.admin<{ invoices: unknown[] }>(
      "GET",
      `/accounts/${accountId}/invoices?limit=10000`,
    );
    expect(body.invoices.length, `invoices of ${accountId}`).toBe(1 + changes);
  }
  const { body } = await server.admin<{ ok: boolean; checks: unknown[] }>("GET", "/invariants");
  expect(body.ok, JSON.stringify(body.checks)).toBe(true);
}

/** Waits out a limit. */
async function patiently<Body>(call: () => Promise<Answer<Body>>): Promise<Answer<Body>> {
  for (;;) {
    const answer = await call();
    if (answer.status !== 429) return answer;
    await sleep(500);
  }
}
