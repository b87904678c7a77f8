/** A violation, told to a person: the command that replays it first. */
import { Violation } from "./audit/violation.js";
import type { RunOptions, RunResult } from "./run.js";

const LAST_STEPS = 10;

export function tellFailure(
  { seed, years, accounts, commands }: Omit<RunOptions, "onProgress">,
  { error, step, trail, log }: NonNullable<RunResult["failure"]>,
): void {
  const shape = `--years ${years} --accounts ${accounts} --commands ${commands}`;
  console.error(`Violation. Replay: npm run simulate -- --seed ${seed} ${shape}`);
  console.error(trail.slice(-LAST_STEPS).join("\n"));
  console.error(`step ${step}: ${error.message}`);
  if (error instanceof Violation) {
    const plain = (_: string, value: unknown) =>
      typeof value === "bigint" ? String(value) : value;
    console.error(JSON.stringify(error.details, plain, 1));
  } else console.error(error.stack);
  for (const line of log) console.error(line);
}
