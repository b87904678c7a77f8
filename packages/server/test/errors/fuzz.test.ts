/**
 * A few thousand random requests of all operations, several at a time, on accounts in every state: whatever
 * comes, every answer is one that the document promises, none is a failure of the server, and the books
 * hold. A failure names its seed: `PAYMASTER_FUZZ_SEED=<seed>` sends the same requests again.
 */
import { WIRE_PROFILES } from "@paymaster/contract";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { arbitraryRequest, type FuzzRequest, type Targets } from "./arbitrary-requests.js";
import { exchange, type RawAnswer } from "./raw.js";
import { BUSINESS, NO_INVOICE, NOBODY, PRO, Stage } from "./stage.js";

const SEED = Number(process.env.PAYMASTER_FUZZ_SEED ?? 20_260_131);
const REQUESTS = Number(process.env.PAYMASTER_FUZZ_REQUESTS ?? 1_500);
const TIME_MS = Number(process.env.PAYMASTER_FUZZ_SECONDS ?? 9) * 1_000;
const AT_ONCE = 6;
/** After so many requests the clock moves on, so that plans renew and expire, and new accounts come. */
const REQUESTS_A_STEP = 250;
const DAYS_A_STEP = 17;
/** Accounts that are read at the end. */
const MAX_READ = 100;

const PHONE = {
  type: "plan_phone",
  plan_details: { plan_base: { type: "phone_monthly_prepay_usage" } },
};

/** The accounts that requests may meet, a new set at each step: the old ones are left as they are. */
class World {
  readonly #stage: Stage;
  readonly #fixed: string[] = [];
  readonly all: string[] = [];
  accounts: readonly string[] = [];

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  async begin(): Promise<Targets> {
    const { token } = await this.#stage.master();
    const foreign = await this.#stage.free({}, { token });
    this.#fixed.push(this.#stage.paymaster.credentials.account_id, "me", foreign, NOBODY);
    await this.renew();
    const listed = await this.#stage.call<{ invoices: { id: string }[] }>(
      "GET",
      `/accounts/${this.accounts[0]}/billing/invoices`,
    );
    const invoices = [...listed.body.invoices.map(({ id }) => id), NO_INVOICE];
    return { places: this.accounts.length, invoices };
  }

  async renew(): Promise<void> {
    const stage = this.#stage;
    const made = await Promise.all([
      stage.paid(PRO, [{ type: "webinar500_monthly", hosts: 1 }]),
      stage.paid(BUSINESS, [{ type: "large500_monthly", hosts: 2 }]),
      stage.paid(PRO, [], { plan_recording: "cmr_monthly_commitment_40" }),
      stage.paid({ type: "edu20", hosts: 20 }, [PHONE]),
      stage.trial(),
      stage.vip(),
      stage.selfPaying(),
      ...Array.from({ length: 8 }, () => stage.free()),
    ]);
    this.all.push(...made);
    this.accounts = [...made, ...this.#fixed];
  }
}

function send(
  stage: Stage,
  world: World,
  { operation, pathOn, headers, body }: FuzzRequest,
): Promise<RawAnswer> {
  const { method } = operation;
  const path = pathOn(world.accounts);
  return exchange(stage, { method, path, headers, ...(body === null ? {} : { body }) });
}

function problemOf({ status, text, headers }: RawAnswer): string | null {
  if (status >= 500) return `${status} ${text}`;
  if (!/^v=2\.0;clid=\w+;rid=WEB_[0-9a-f]{32}$/.test(headers.get("x-zm-trackingid") ?? "")) {
    return `no tracking id in ${JSON.stringify([...headers])}`;
  }
  if (/node_modules|\n\s+at |EngineDefect|syntax error|column|relation "/.test(text)) {
    return `it tells how it is made: ${text}`;
  }
  return null;
}

describe.each(WIRE_PROFILES)("in the %s generation", (profile) => {
  let stage: Stage;
  let world: World;
  let targets: Targets;
  beforeAll(async () => {
    stage = await Stage.start(profile);
    world = new World(stage);
    targets = await world.begin();
  });
  afterAll(() => stage.stop());

  it(`answers whatever comes, seed ${SEED}`, { timeout: TIME_MS * 3 + 30_000 }, async () => {
    const requests = fc.sample(arbitraryRequest(profile, targets), {
      seed: SEED,
      numRuns: REQUESTS,
    });
    const until = performance.now() + TIME_MS;
    const statuses = new Map<number, number>();
    let next = 0;
    const worker = async () => {
      while (next < requests.length && performance.now() < until) {
        const number = next;
        next += 1;
        const request = requests[number];
        if (request === undefined) return;
        if (number % REQUESTS_A_STEP === REQUESTS_A_STEP - 1) {
          await stage.operate("POST", "/clock/advance", { days: DAYS_A_STEP });
          await world.renew();
        }
        const answer = await send(stage, world, request).catch((error: unknown) => {
          throw new Error(`seed ${SEED}, request ${number}: ${described(request, world)}`, {
            cause: error,
          });
        });
        const problem = problemOf(answer);
        if (problem !== null) {
          throw new Error(
            `seed ${SEED}, request ${number}: ${described(request, world)}: ${problem}`,
          );
        }
        statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    // It is worth something only if some of it went through, and some did not.
    for (const status of [200, 204, 400, 404]) expect(statuses.get(status)).toBeGreaterThan(0);
    expect(stage.paymaster.logged.filter(({ level }) => level === "error")).toEqual([]);
  });

  it("leaves books that hold and accounts that can be read", async () => {
    expect(await stage.operate("GET", "/invariants")).toMatchObject({ ok: true });
    for (const id of world.all.slice(-MAX_READ)) {
      for (const path of ["", "/billing", "/plans", "/plans/usage", "/billing/invoices"]) {
        const answer = await stage.call("GET", `/accounts/${encodeURIComponent(id)}${path}`);
        expect([path, answer.status < 500]).toEqual([path, true]);
      }
    }
  });
});

function described(request: FuzzRequest, world: World): string {
  const { operation, pathOn, headers, body } = request;
  return `${operation.method} ${pathOn(world.accounts)} ${JSON.stringify(headers)} ${body?.slice(0, 2_000) ?? ""}`;
}
