import { fork } from "node:child_process";
import { appendFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseLimit, type Reservation } from "../src/spending.js";
import { createSpendingFiles } from "../src/spending-files.js";
import { emptyFolder } from "./support/connect.js";

const day = "2021-06-01";

function reservation(id: string, amountMinor: number, more: Partial<Reservation> = {}) {
  return { id, day, currency: "USD", amountMinor, limitMinor: 10_000, ...more };
}

describe("an amount of a limit", () => {
  it.each([
    ["500", { USD: 50_000 }],
    ["500.5 usd", { USD: 50_050 }],
    ["500USD,400.05 EUR", { USD: 50_000, EUR: 40_005 }],
    ["0", { USD: 0 }],
  ])("%s is understood", (text, expected) => {
    expect(Object.fromEntries(parseLimit(text, "--max-per-day"))).toEqual(expected);
  });

  it.each(["", "-5", "1e3", "5,000", "500.123", "USD 500", "Infinity", "500USD,600USD"])(
    "%j is refused, by the option's name",
    (text) => {
      expect(() => parseLimit(text, "--max-per-day")).toThrow(/^--max-per-day: /);
    },
  );
});

describe("what was spent on a day", () => {
  it("is still known after a restart, and only on that day and in that currency", async () => {
    const folder = join(emptyFolder(), "spending");
    expect(await createSpendingFiles(folder).reserve(reservation("a", 6_000))).toBe(true);
    const restarted = createSpendingFiles(folder);
    expect(await restarted.spent(day, "USD")).toBe(6_000);
    expect(await restarted.reserve(reservation("b", 4_001))).toBe(false);
    expect(await restarted.spent(day, "USD")).toBe(6_000);
    expect(await restarted.reserve(reservation("c", 4_000))).toBe(true);
    expect(await restarted.reserve(reservation("d", 1, { currency: "EUR" }))).toBe(true);
    expect(await restarted.reserve(reservation("e", 10_000, { day: "2021-06-02" }))).toBe(true);
    expect(await restarted.spent(day, "USD")).toBe(10_000);
    expect(await restarted.spent(day, "EUR")).toBe(1);
  });

  it("is given back when a change was certainly not made", async () => {
    const store = createSpendingFiles(emptyFolder());
    await store.reserve(reservation("a", 10_000));
    await store.release(reservation("a", 10_000));
    expect(await store.spent(day, "USD")).toBe(0);
    expect(await store.reserve(reservation("b", 10_000))).toBe(true);
  });

  it("is readable by its owner only", async () => {
    const folder = join(emptyFolder(), "spending");
    await createSpendingFiles(folder).reserve(reservation("a", 1));
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, `${day}.jsonl`)).mode & 0o777).toBe(0o600);
  });

  it("survives a line that was cut short by a crash", async () => {
    const folder = emptyFolder();
    const store = createSpendingFiles(folder);
    await store.reserve(reservation("a", 6_000));
    appendFileSync(join(folder, `${day}.jsonl`), '{"id":"b","currency":"USD","amount_mi');
    expect(await store.reserve(reservation("c", 5_000))).toBe(false);
    expect(await store.reserve(reservation("d", 4_000))).toBe(true);
    expect(await store.spent(day, "USD")).toBe(10_000);
  });

  it("is refused rather than guessed when the file cannot be the day's, or the day is none", async () => {
    const folder = emptyFolder();
    writeFileSync(join(folder, `${day}.jsonl`), " ".repeat(1024 * 1024 + 1));
    const store = createSpendingFiles(folder);
    await expect(store.reserve(reservation("a", 1))).rejects.toThrow(/longer than/);
    await expect(store.reserve(reservation("a", 1, { day: "../x" }))).rejects.toThrow(/not a day/);
  });

  it("keeps no more than sixty days", async () => {
    const folder = emptyFolder();
    const store = createSpendingFiles(folder);
    for (let index = 0; index < 70; index += 1) {
      const date = new Date(Date.UTC(2021, 0, 1 + index)).toISOString().slice(0, 10);
      await store.reserve(reservation(`r${index}`, 1, { day: date }));
    }
    const days = readdirSync(folder).sort();
    expect(days).toHaveLength(61);
    expect(days.at(-1)).toBe("2021-03-11.jsonl");
  });

  it("never passes the limit, whatever is reserved and given back in whatever order", async () => {
    const step = fc.record({
      id: fc.integer({ min: 0, max: 5 }).map((n) => `r${n}`),
      amount: fc.integer({ min: 1, max: 7_000 }),
      release: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
        const store = createSpendingFiles(emptyFolder());
        const held = new Map<string, number>();
        for (const [index, { id, amount, release }] of steps.entries()) {
          const [oldest] = held.keys();
          if (release && oldest !== undefined) {
            await store.release(reservation(oldest, held.get(oldest) ?? 0));
            held.delete(oldest);
            continue;
          }
          const name = `${id}-${index}`;
          const before = Array.from(held.values()).reduce((sum, one) => sum + one, 0);
          const taken = await store.reserve(reservation(name, amount));
          expect(taken).toBe(before + amount <= 10_000);
          if (taken) held.set(name, amount);
        }
        const total = Array.from(held.values()).reduce((sum, one) => sum + one, 0);
        expect(await store.spent(day, "USD")).toBe(total);
      }),
      { numRuns: 25, seed: 6 },
    );
  });

  it("never passes the limit when several processes spend at once", async () => {
    const folder = emptyFolder();
    const program = new URL("support/spend.mjs", import.meta.url);
    const spenders = [0, 1, 2].map((number) => fork(program, [folder, day, String(number)]));
    const taken = await Promise.all(
      spenders.map(
        (child) =>
          new Promise<number>((resolve, reject) => {
            child.once("message", (message) => resolve(Number(message)));
            child.once("error", reject);
          }),
      ),
    );
    const total = taken.reduce((sum, one) => sum + one, 0);
    expect(total).toBeLessThanOrEqual(10_000);
    expect(total).toBeGreaterThan(9_000);
    expect(await createSpendingFiles(folder).spent(day, "USD")).toBe(total);
  });
});
