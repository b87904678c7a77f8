/**
 * A system clock that is set back or forward under a running server. The system's own cannot be changed
 * here; what the service reads of it is `Date`, which is.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { CONTACT, startTestServer, type TestServer } from "../support/server.js";

const DAY_MS = 86_400_000;
const NOON = Date.parse("2026-01-31T12:00:00Z");

let paymaster: TestServer;
beforeAll(async () => {
  setClock(NOON);
  paymaster = await startTestServer({ testClock: null, rateLimits: true });
});
afterEach(() => {
  expect(paymaster.logged.filter(({ message }) => message === "A request failed")).toEqual([]);
});
afterAll(async () => {
  await paymaster.stop();
  vi.useRealTimers();
});

function setClock(ms: number): void {
  vi.useFakeTimers({ toFake: ["Date"], now: ms });
}

async function customer(): Promise<string> {
  const id = await paymaster.subAccount();
  const body = { contact: CONTACT, plan_base: { type: "monthly", hosts: 2 } };
  expect((await paymaster.wire("POST", `/accounts/${id}/plans`, { body })).status).toBe(201);
  return id;
}

async function invoices(id: string): Promise<number> {
  const path = `/accounts/${id}/invoices`;
  const { body } = await paymaster.admin<{ invoices: unknown[] }>("GET", path);
  return body.invoices.length;
}

/** These two ask the database's machine for the time, whose clock stays as it is. */
const OF_ANOTHER_CLOCK = ["due_accounts_are_billed", "revenue_is_recognised_in_time"];

/** Once what falls due at the new time has been billed. */
async function expectSound(): Promise<void> {
  await vi.waitFor(
    async () => {
      const { body } = await paymaster.admin<Invariants>("GET", "/invariants");
      const checks = body.checks.filter(({ name }) => !OF_ANOTHER_CLOCK.includes(name));
      expect(checks.filter(({ ok }) => !ok)).toEqual([]);
    },
    { timeout: 15_000, interval: 200 },
  );
}

interface Invariants {
  readonly checks: readonly { readonly name: string; readonly ok: boolean }[];
}

async function untilInvoices(id: string, count: number): Promise<void> {
  await vi.waitFor(async () => expect(await invoices(id)).toBe(count), { timeout: 15_000 });
}

describe("the system clock", () => {
  it("set forward: what fell due meanwhile is billed by itself, once, however often it jumps", async () => {
    setClock(NOON);
    const id = await customer();
    setClock(NOON + 40 * DAY_MS);
    // 31 January, 28 February; the run is of the day that it is now.
    await untilInvoices(id, 2);
    setClock(NOON + DAY_MS);
    expect((await paymaster.wire("GET", `/accounts/${id}/plans`)).status).toBe(200);
    setClock(NOON + 40 * DAY_MS);
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect(await invoices(id)).toBe(2);
    await expectSound();
  });

  it("set back by days: reads and changes go on, and the books stay sound", async () => {
    setClock(NOON + 40 * DAY_MS);
    const id = await customer();
    setClock(NOON + 37 * DAY_MS);
    for (const path of ["/plans", "/plans/usage", "/billing/invoices"]) {
      expect((await paymaster.wire("GET", `/accounts/${id}${path}`)).status).toBe(200);
    }
    const body = { type: "monthly", hosts: 3 };
    const change = await paymaster.wire("PUT", `/accounts/${id}/plans/base`, { body });
    expect([change.status, JSON.stringify(change.body)]).toEqual([
      400,
      expect.stringContaining("this change is possible from 2026-03-12 on"),
    ]);
    // Who bought nothing in the time that is gone is not concerned.
    await customer();
    await expectSound();
    setClock(NOON + 80 * DAY_MS);
    await untilInvoices(id, 2);
    await expectSound();
  });

  it("set back by an hour: a day's calls are not given twice", async () => {
    setClock(NOON + 81 * DAY_MS);
    const id = await customer();
    const list = async () =>
      (await paymaster.wire("GET", `/accounts/${id}/billing/invoices`)).status;
    expect([await list(), await list()]).toEqual([200, 429]);
    setClock(NOON + 81 * DAY_MS - 3_600_000);
    expect(await list()).toBe(429);
    setClock(NOON + 81 * DAY_MS + 300_000);
    expect(await list()).toBe(200);
  });

  it("set back within a second: nobody is admitted twice, and later everybody again", async () => {
    setClock(NOON + 82 * DAY_MS);
    const calls = async () => {
      const answers = Array.from({ length: 60 }, () =>
        paymaster.wire("GET", "/accounts/me/plans/usage"),
      );
      const statuses = (await Promise.all(answers)).map(({ status }) => status);
      return statuses.filter((status) => status === 200).length;
    };
    expect(await calls()).toBe(40);
    setClock(NOON + 82 * DAY_MS - 5_000);
    expect(await calls()).toBe(0);
    setClock(NOON + 82 * DAY_MS + 1_000);
    expect(await calls()).toBe(40);
  });

  it("set back: a change asked for again with its key is still the same change", async () => {
    setClock(NOON + 83 * DAY_MS);
    const id = await customer();
    const change = () =>
      paymaster.wire("PUT", `/accounts/${id}/plans/base`, {
        body: { type: "monthly", hosts: 4 },
        headers: { "idempotency-key": "four-hosts" },
      });
    expect((await change()).status).toBe(204);
    setClock(NOON + 83 * DAY_MS - 7_200_000);
    const again = await change();
    expect([again.status, again.headers.get("idempotency-replayed")]).toEqual([204, "true"]);
    expect(await invoices(id)).toBe(2);
  });
});
