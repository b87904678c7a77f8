/** Moving the clock in steps, so that one sees how far it is and can stop on the way. */
import type { Operator } from "../../api/operator.js";
import type { BillRun } from "../bill-runs/data.js";

export interface Journey {
  readonly from: string;
  readonly to: string;
  readonly at: string;
  readonly invoices: number;
}

const DAY_MS = 86_400_000;
/** Longest step: short enough to look lively, long enough to cost little. */
const STEP_DAYS = 7;

/** The ends of the steps from one day to another, the last one being `to`. */
export function stepsOf(from: string, to: string): readonly string[] {
  const steps: string[] = [];
  const endMs = Date.parse(`${to}T00:00:00Z`);
  for (let atMs = Date.parse(`${from}T00:00:00Z`) + STEP_DAYS * DAY_MS; atMs < endMs; ) {
    steps.push(new Date(atMs).toISOString().slice(0, 10));
    atMs += STEP_DAYS * DAY_MS;
  }
  return [...steps, to];
}

/** Goes on until `to` or until the signal; every step that was begun is finished. */
export async function travel(
  operator: Operator,
  from: string,
  to: string,
  signal: AbortSignal,
  onStep: (journey: Journey) => void,
): Promise<Journey> {
  let journey: Journey = { from, to, at: from, invoices: 0 };
  for (const day of stepsOf(from, to)) {
    if (signal.aborted) break;
    const { invoices_posted } = await operator.send<{ invoices_posted: number }>(
      "POST",
      "/clock/advance",
      { to: day },
    );
    journey = { ...journey, at: day, invoices: journey.invoices + invoices_posted };
    onStep(journey);
  }
  return journey;
}

const MOST_RUNS = 500;

/** The bill runs that the clock made since an instant of the service, the first one first. */
export async function runsSince(operator: Operator, since: string): Promise<readonly BillRun[]> {
  const { bill_runs } = await operator.get<{ bill_runs: readonly BillRun[] }>("/bill-runs", {
    limit: MOST_RUNS,
  });
  return bill_runs.filter((run) => run.created_at >= since && run.mode === "post").reverse();
}
