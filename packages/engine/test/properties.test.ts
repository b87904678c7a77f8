import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addDays, compareDates } from "../src/civil-date.js";
import { decide } from "../src/decide.js";
import { amountOf } from "../src/derivation.js";
import { decideDue } from "../src/due.js";
import { explain } from "../src/explain.js";
import { assembleInvoice } from "../src/invoice.js";
import { nextDueDate } from "../src/next-due.js";
import { invoiceCancelled, invoicePosted, revenueRecognised } from "../src/postings.js";
import type { AccountState, ChargeLine, SubscriptionItem } from "../src/state.js";
import { live, step, steps, unknownTypes } from "./random-life.js";
import { BOOKS, deepFreeze, SEED } from "./world.js";

const RUNS = { seed: SEED, numRuns: 150 };

describe("Whatever happens in the life of an account", () => {
  it("lives are worth looking at: most are charged, and some commands are refused", () => {
    expect(unknownTypes()).toEqual([]);
    let charged = 0;
    let refused = 0;
    let kinds = new Set<string>();
    fc.assert(
      fc.property(steps, (list) => {
        const life = live(list);
        if (life.lines.length > 5) charged += 1;
        refused += life.refused;
        kinds = new Set([...kinds, ...life.lines.map((line) => line.derivation.rule)]);
      }),
      RUNS,
    );
    expect(charged).toBeGreaterThan(120);
    expect(refused).toBeGreaterThan(300);
    expect([...kinds].sort()).toEqual([
      "added_hosts",
      "full_period",
      "part_period",
      "unused_credit",
      "usage_storage",
    ]);
  });

  it("nothing is charged twice: no (item, start date, reason) appears again", () => {
    fc.assert(
      fc.property(steps, (list) => {
        const keys = live(list).lines.map(
          (line) => `${line.itemNumber} ${line.startDate} ${line.reason}`,
        );
        expect(new Set(keys).size).toBe(keys.length);
      }),
      RUNS,
    );
  });

  it("invoiced days of each item form one gapless run from its start to its next invoice", () => {
    fc.assert(
      fc.property(steps, (list) => {
        const { lines, decisions } = live(list);
        for (const item of finalItems(decisions)) expectGaplessRun(item, lines);
      }),
      RUNS,
    );
  });

  it("added hosts and unused parts lie within the period that they belong to, and add up with it", () => {
    fc.assert(
      fc.property(steps, (list) => {
        const { lines } = live(list);
        for (const [, ofPeriod] of byItemAndPeriod(lines)) expectPeriodAddsUp(ofPeriod);
      }),
      RUNS,
    );
  });

  it("an item that is never changed costs price x hosts x periods", () => {
    fc.assert(
      fc.property(steps, (list) => {
        const { lines, decisions } = live(list);
        for (const item of finalItems(decisions)) {
          const own = lines.filter(
            (line) => line.itemNumber === item.number && line.chargeType === "Recurring",
          );
          if (own.some((line) => line.derivation.rule !== "full_period")) continue;
          const hosts = new Set(own.map((line) => line.quantity));
          if (hosts.size !== 1) continue;
          const total = own.reduce((so, line) => so + line.amountMinor, 0);
          expect(total).toBe(item.unitPriceMinor * item.hosts * own.length);
        }
      }),
      RUNS,
    );
  });

  it("missed dates in one go give what the same dates give step by step", () => {
    const days = fc.integer({ min: 1, max: 900 });
    const stops = fc.array(fc.integer({ min: 1, max: 900 }), { maxLength: 8 });
    fc.assert(
      fc.property(steps, days, stops, (list, until, between) => {
        const { state, today } = live(list);
        const end = addDays(today, until);
        const atOnce = decideDue(state, end, BOOKS);
        const lines: ChargeLine[] = [];
        let stepwise = state;
        for (const stop of [...between.filter((one) => one < until).sort((a, b) => a - b), until]) {
          const due = decideDue(stepwise, addDays(today, stop), BOOKS);
          lines.push(...due.lines);
          stepwise = deepFreeze(due.state);
        }
        expect(stepwise).toEqual(atOnce.state);
        expect(lines).toEqual(atOnce.lines);
      }),
      RUNS,
    );
  });

  it("following nextDueDate meets everything, and nothing happens in between", () => {
    fc.assert(
      fc.property(steps, (list) => {
        const { state, today } = live(list);
        const end = addDays(today, 500);
        const lines: ChargeLine[] = [];
        let current: AccountState = state;
        for (let next = nextDueDate(current); next !== null && next <= end; ) {
          const eve = decideDue(current, addDays(next, -1), BOOKS);
          expect(eve).toMatchObject({ lines: [], changedItems: [] });
          const due = decideDue(current, next, BOOKS);
          lines.push(...due.lines);
          current = due.state;
          expect(due.nextDueDate).toBe(nextDueDate(current));
          next = due.nextDueDate;
        }
        expect(lines).toEqual(decideDue(state, end, BOOKS).lines);
      }),
      { ...RUNS, numRuns: 60 },
    );
  });

  it("a refused command leaves no trace, and an accepted one only touches what it says", () => {
    fc.assert(
      fc.property(steps, step, (list, last) => {
        if (!("command" in last)) return;
        const { state, today } = live(list);
        const before = JSON.stringify(state);
        const outcome = decide(state, deepFreeze(last.command), today, BOOKS);
        expect(JSON.stringify(state)).toBe(before);
        if (!outcome.ok) {
          expect(Object.keys(outcome).sort()).toEqual(["error", "ok", "params"]);
          return;
        }
        const changed = new Set(outcome.changedItems.map((item) => item.number));
        const untouched = state.items.filter((item) => !changed.has(item.number));
        for (const item of untouched) expect(outcome.state.items).toContain(item);
        for (const item of outcome.state.items) {
          expect(changed.has(item.number) || state.items.includes(item)).toBe(true);
        }
      }),
      { ...RUNS, numRuns: 400 },
    );
  });

  it("every line is what its derivation says, can be explained, and its item grows only within a period", () => {
    fc.assert(
      fc.property(steps, (list) => {
        const { lines } = live(list);
        for (const line of lines) {
          expect(line.amountMinor).toBe(amountOf(line.derivation));
          expect(explain(line.derivation)).toMatch(/\d+\.\d\d USD\.$/);
          expect(compareDates(line.startDate, line.endDate)).toBe(-1);
        }
      }),
      RUNS,
    );
  });

  it("an account is always well formed", () => {
    fc.assert(
      fc.property(steps, (list) => {
        live(list, (_, { state }, today) => expectWellFormed(state, today));
      }),
      RUNS,
    );
  });

  it("every invoice's postings balance, and cancelling it leaves nothing", () => {
    fc.assert(
      fc.property(steps, (list) => {
        for (const { lines } of live(list).decisions) {
          if (lines.length === 0) continue;
          const dates = { invoiceDate: "2024-06-01", targetDate: "2024-06-01" };
          const invoice = assembleInvoice({ lines, ...dates, paymentTermDays: 30 });
          const posted = invoicePosted("i", invoice);
          const toRecognise = lines.map((line) => ({ ...line, recognisedThrough: null }));
          const earned = revenueRecognised("i", toRecognise, "2024-07-01");
          const entries = [...posted.entries, ...earned.entries];
          const reversed = invoiceCancelled("i", entries);
          for (const posting of [posted, earned, reversed])
            expect(balance(posting.entries)).toBe(0);
          const receivable = [...entries, ...reversed.entries].filter(
            (entry) => entry.ledgerAccount === "receivable",
          );
          expect(balance(receivable)).toBe(0);
        }
      }),
      RUNS,
    );
  });
});

function balance(entries: readonly { readonly amountMinor: number }[]): number {
  return entries.reduce((so, entry) => so + entry.amountMinor, 0);
}

/** The last known form of every item that there ever was. */
function finalItems(decisions: readonly { changedItems: readonly SubscriptionItem[] }[]) {
  const items = new Map<number, SubscriptionItem>();
  for (const { changedItems } of decisions) {
    for (const item of changedItems) items.set(item.number, item);
  }
  return [...items.values()];
}

function expectGaplessRun(item: SubscriptionItem, lines: readonly ChargeLine[]): void {
  if (item.intervalMonths === 0) return;
  const run = lines.filter(
    (line) => line.itemNumber === item.number && line.reason === "recurring",
  );
  let invoicedTo = item.startDate;
  for (const line of run) {
    expect(line.startDate).toBe(invoicedTo);
    invoicedTo = line.endDate;
  }
  expect(invoicedTo).toBe(item.periodEnd);
}

function byItemAndPeriod(lines: readonly ChargeLine[]): Map<string, ChargeLine[]> {
  const groups = new Map<string, ChargeLine[]>();
  for (const line of lines) {
    if (line.chargeType !== "Recurring") continue;
    const key = `${line.itemNumber} ${line.derivation.periodStart}`;
    groups.set(key, [...(groups.get(key) ?? []), line]);
  }
  return groups;
}

/** One recurring line, hosts that only grow, and never more given back than was charged. */
function expectPeriodAddsUp(lines: readonly ChargeLine[]): void {
  const [first, ...later] = lines;
  expect(first?.reason).toBe("recurring");
  let hosts = first?.quantity ?? 0;
  for (const line of later) {
    expect(line.derivation.periodEnd).toBe(first?.derivation.periodEnd);
    if (line.reason === "unused") {
      expect(line.quantity).toBe(hosts);
      continue;
    }
    expect(line.reason).toBe(`added_hosts:${hosts + 1}-${hosts + line.quantity}`);
    hosts += line.quantity;
  }
  const total = lines.reduce((so, line) => so + line.amountMinor, 0);
  expect(total).toBeGreaterThanOrEqual(0);
  if (lines.at(-1)?.reason !== "unused") return;
  // What is kept is the charge for the days before the change, block by block: within a cent a block.
  const unused = lines.at(-1);
  const { periodDays = 1, fromDay = 0 } = unused?.derivation ?? {};
  const kept = lines
    .slice(0, -1)
    .map((line) => {
      const days = fromDay - line.derivation.fromDay;
      return (line.derivation.fullAmountMinor * days) / periodDays;
    })
    .reduce((so, one) => so + one, 0);
  expect(Math.abs(total - kept)).toBeLessThanOrEqual(lines.length);
}

function expectWellFormed(state: AccountState, today: string): void {
  const numbers = state.items.map((item) => item.number);
  expect(new Set(numbers).size).toBe(numbers.length);
  expect(Math.max(0, ...numbers)).toBeLessThan(state.account.nextItemNumber);
  const running = state.items.filter((item) => ["active", "cancel"].includes(item.status));
  const bases = running.filter((item) => item.role === "base");
  expect(bases.length).toBeLessThanOrEqual(1);
  if (running.length > 0) expect(bases).toHaveLength(1);
  expect(state.usageChargedThrough === null).toBe(bases[0] === undefined || bases[0].isTrial);
  for (const item of running) {
    expect(item.periodEnd > today).toBe(true);
    expect(item.periodStart <= today).toBe(true);
    expect(item.hostBlocks.reduce((so, one) => so + one, 0)).toBe(item.hosts);
    expect(item.status === "cancel").toBe(item.cancellation !== null);
  }
  for (const item of state.items) expect(item.status).not.toBe("replaced");
  expectHostsWithinBase(running, bases[0]);
}

/** Large meetings below the base plan's hosts in total, webinars up to them. */
function expectHostsWithinBase(
  running: readonly SubscriptionItem[],
  base: SubscriptionItem | undefined,
): void {
  if (base === undefined) return;
  const inFamily = (family: string) =>
    running.filter((item) => item.family === family).reduce((so, item) => so + item.hosts, 0);
  expect(inFamily("plan_webinar")).toBeLessThanOrEqual(base.hosts);
  if (inFamily("plan_large_meeting") > 0) {
    expect(inFamily("plan_large_meeting")).toBeLessThan(base.hosts);
  }
}
