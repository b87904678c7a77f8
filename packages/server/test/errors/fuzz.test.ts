/**
 * A few thousand random requests of all operations, several at a time, on accounts in every state: whatever
 * comes, every answer is one that the document promises, none is a failure of the server, and the books
 * hold. A failure names its seed: `PAYMASTER_FUZZ_SEED=<seed>` sends the same requests again.
 */
import { WIRE_PROFILES } from "@paymaster/contract";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { arbitraryRequest, operationsOf, type Targets } from "./arbitrary-requests.js";
import { described, problemOf, sendTo, World } from "./fuzz-world.js";
import { Stage } from "./stage.js";

const SEED = Number(process.env.PAYMASTER_FUZZ_SEED ?? 20_260_131);
const REQUESTS = Number(process.env.PAYMASTER_FUZZ_REQUESTS ?? 1_500);
const TIME_MS = Number(process.env.PAYMASTER_FUZZ_SECONDS ?? 9) * 1_000;
const AT_ONCE = 6;
/** After so many requests the clock moves on, so that plans renew and expire, and new accounts come. */
const REQUESTS_A_STEP = 250;
const DAYS_A_STEP = 17;
/** Accounts that are read at the end. */
const MAX_READ = 100;

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
    const requests = fc.sample(arbitraryRequest(operationsOf(profile), targets), {
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
        const answer = await sendTo(stage, world.accounts, request).catch((error: unknown) => {
          throw new Error(
            `seed ${SEED}, request ${number}: ${described(request, world.accounts)}`,
            {
              cause: error,
            },
          );
        });
        const problem = problemOf(answer);
        if (problem !== null) {
          throw new Error(
            `seed ${SEED}, request ${number}: ${described(request, world.accounts)}: ${problem}`,
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
