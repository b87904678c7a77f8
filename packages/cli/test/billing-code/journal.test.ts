/** What an apply remembers over a kill. */
import { appendFileSync, existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { Journal } from "../../src/billing-code/journal.js";
import type { Step } from "../../src/billing-code/plan-steps.js";
import { emptyFolder } from "../support/run.js";

const STEP: Step = {
  tool: "account_plan_base_update",
  body: { type: "business_yearly", hosts: 12 },
  changes: [],
};
const OTHER: Step = { ...STEP, body: { type: "business_yearly", hosts: 13 } };

function newPath(): string {
  return join(emptyFolder(), "billing", "journal.jsonl");
}

it("a write whose outcome is not known keeps its key, also behind a line that a kill has cut", () => {
  const path = newPath();
  const first = Journal.open(path);
  first.begin("plans.yaml", "digest");
  const key = first.sent("a", STEP);
  first.settled("b", OTHER, first.sent("b", OTHER));
  first.close();
  appendFileSync(path, '{"kind":"sent","account":"a","ke');
  const second = Journal.open(path);
  expect(second.unfinished).toMatchObject({ file: "plans.yaml", digest: "digest", settled: 1 });
  second.seen("a", [STEP]);
  expect(second.sent("a", STEP)).toBe(key);
  expect(second.sent("a", OTHER)).not.toBe(key);
  second.close();
});

it("a write that turns out to have happened gives its key up", () => {
  const path = newPath();
  const first = Journal.open(path);
  const key = first.sent("a", STEP);
  first.seen("a", []);
  expect(first.sent("a", STEP)).not.toBe(key);
  first.close();
});

it("one process at a time; a lock that a killed one has left does not count", () => {
  const path = newPath();
  const first = Journal.open(path);
  expect(() => Journal.open(path)).toThrow(`process ${process.pid} is applying to this master`);
  first.close();
  expect(existsSync(`${path}.lock`)).toBe(false);
  // No process has this id: it is beyond what the system gives.
  writeFileSync(`${path}.lock`, "4194999");
  Journal.open(path).close();
});

it("what is scheduled outlives runs, the latest for each plan", () => {
  const path = newPath();
  const shown = { type: "business_yearly", hosts: 12 };
  const to = (hosts: number) => ({
    family: "plan_base",
    shown,
    nextInvoiceDate: "2022-06-01",
    to: { type: "business_yearly", hosts },
  });
  const first = Journal.open(path);
  first.schedule("a", to(11));
  first.schedule("a", to(10));
  first.end();
  first.close();
  Journal.open(path).close();
  expect(Journal.peek(path).get("a")).toEqual([to(10)]);
});
