/** The service's clock: where it starts, how it moves, and what a restart makes of it. */
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { Clock } from "../src/clock.js";
import { migrate } from "../src/database/migrate.js";
import { createPool, type Pool } from "../src/database/pool.js";
import { startTestPostgres, type TestDatabase } from "./support/postgres.js";

let database: TestDatabase;
let pool: Pool;
beforeAll(async () => {
  database = await (await startTestPostgres()).createDatabase();
  pool = createPool({ ...database.connection });
  await migrate(pool);
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

/** As if no server had been running for so many seconds. */
async function stoppedFor(seconds: number): Promise<void> {
  await pool.query(
    "update clock set seen_at = seen_at - make_interval(secs => $1), real_at = real_at - make_interval(secs => $1)",
    [seconds],
  );
}

describe("the test clock", () => {
  it("stands at midnight UTC of its day until it is told to tick", async () => {
    await pool.query("delete from clock");
    const { clock, notice } = await Clock.open(pool, "2026-01-31");
    expect([clock.today(), notice]).toEqual(["2026-01-31", null]);
    await new Promise((resolve) => setTimeout(resolve, 30));
    const before = clock.nowMs();
    expect(before).toBe(Date.parse("2026-01-31T00:00:00Z"));
    await clock.setTicking(true);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(clock.nowMs()).toBeGreaterThan(before);
  });

  it("goes on from where it was last seen, whatever a later start asks for", async () => {
    const { clock } = await Clock.open(pool, "2026-01-31");
    await clock.moveTo(Date.parse("2026-03-10T12:00:00Z"));
    await clock.heartbeat();
    await stoppedFor(3 * 86_400);
    const later = await Clock.open(pool, "2027-01-01");
    expect(later.clock.now().toISOString().slice(0, 13)).toBe("2026-03-10T12");
    expect(later.notice).toContain("--test-clock 2027-01-01 is ignored");
  });

  it("never shows a time again that a killed server may have shown", async () => {
    await pool.query("delete from clock");
    const { clock } = await Clock.open(pool, "2026-01-31");
    await clock.setTicking(true);
    await clock.heartbeat();
    // Killed just before its next heartbeat, a second after this one.
    const lastShownMs = clock.nowMs() + 1_000;
    await stoppedFor(60);
    const later = await Clock.open(pool, null);
    expect(later.clock.nowMs()).toBeGreaterThan(lastShownMs);
    expect(later.clock.nowMs()).toBeLessThan(lastShownMs + 5_000);
  });

  it("stands still when told, and goes on from there", async () => {
    const { clock } = await Clock.open(pool, null);
    await clock.setTicking(false);
    const stoppedAt = clock.nowMs();
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(clock.nowMs()).toBe(stoppedAt);
    await clock.setTicking(true);
    expect(clock.nowMs() - stoppedAt).toBeLessThan(1_000);
  });

  it("never goes back", async () => {
    const { clock } = await Clock.open(pool, null);
    const before = clock.nowMs();
    await clock.moveTo(before - 86_400_000);
    expect(clock.nowMs()).toBeGreaterThanOrEqual(before);
  });

  it("is one clock for all processes: a move elsewhere is learnt with the heartbeat", async () => {
    const { clock: here } = await Clock.open(pool, null);
    const { clock: there } = await Clock.open(pool, null);
    await there.moveTo(here.nowMs() + 40 * 86_400_000);
    await here.heartbeat();
    expect(here.today()).toBe(there.today());
  });
});

describe("the system clock", () => {
  it("is the machine's, and cannot be moved", async () => {
    await pool.query("delete from clock");
    const { clock } = await Clock.open(pool, null);
    expect(Math.abs(clock.nowMs() - Date.now())).toBeLessThan(1_000);
    await expect(clock.moveTo(Date.now() + 1_000)).rejects.toThrow("cannot be moved");
    const { notice } = await Clock.open(pool, "2026-01-31");
    expect(notice).toContain("runs on the system clock");
  });

  it("is moved for every process, also after the system's clock was set back", async () => {
    await pool.query("delete from clock");
    const { clock: moved } = await Clock.open(pool, "2026-01-31");
    const { clock: other } = await Clock.open(pool, null);
    await moved.moveTo(Date.parse("2026-02-01T00:00:00Z"));
    await other.heartbeat();
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() - 3_600_000 });
    try {
      await moved.moveTo(Date.parse("2026-03-01T00:00:00Z"));
      await other.heartbeat();
      expect(other.today()).toBe("2026-03-01");
    } finally {
      vi.useRealTimers();
    }
  });
});
