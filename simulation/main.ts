/**
 * `npm run simulate -- --seed N --years Y [--accounts A] [--commands C] [--runs R]`: R seeds from N on.
 * `npm run simulate -- --ci [--minutes M] [--from N]`: all seeds that ever failed, then fresh ones for M minutes.
 */
import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { freshSeed } from "./fresh-seed.js";
import { Progress } from "./progress.js";
import { type RunOptions, runSeed } from "./run.js";
import { startDatabases } from "./server/databases.js";
import { watchStatements } from "./server/faults.js";
import { tellFailure } from "./tell-failure.js";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    years: { type: "string", default: "5" },
    accounts: { type: "string", default: "20" },
    commands: { type: "string", default: "12" },
    runs: { type: "string", default: "1" },
    ci: { type: "boolean", default: false },
    minutes: { type: "string", default: "3" },
    from: { type: "string" },
  },
});

type Shape = Omit<RunOptions, "onProgress">;

/** Small worlds: many different ones fit into a few minutes. */
const CI_SHAPE = { years: 2, accounts: 12, commands: 12 };
const MINUTE_MS = 60_000;
const INTERRUPTED = 130;

function* asked(): Generator<Shape> {
  const [years, accounts] = [Number(values.years), Number(values.accounts)];
  const [seed, commands] = [Number(values.seed), Number(values.commands)];
  for (let index = 0; index < Number(values.runs); index += 1) {
    yield { seed: seed + index, years, accounts, commands };
  }
}

/** `seed years accounts commands` a line. */
async function failedBefore(): Promise<Shape[]> {
  const text = await readFile(new URL("../seeds.txt", import.meta.url), "utf8");
  const lines = text.split("\n").filter((line) => /^\d/.test(line));
  return lines.map((line) => {
    const [seed = 0, years = 0, accounts = 0, commands = 0] = line.split(/\s+/).map(Number);
    return { seed, years, accounts, commands };
  });
}

function* fresh(): Generator<Shape> {
  const first = values.from === undefined ? freshSeed() : Number(values.from);
  console.log(`fresh seeds from ${first} (--from ${first} begins with the same)`);
  const until = performance.now() + Number(values.minutes) * MINUTE_MS;
  for (let seed = first; performance.now() < until; seed += 1) yield { seed, ...CI_SHAPE };
}

async function simulate(shapes: Iterable<Shape>, progress: Progress): Promise<void> {
  for (const shape of shapes) {
    const result = await runSeed(databases, {
      ...shape,
      onProgress: (share) => progress.within(share),
    });
    progress.done(shape.seed, result);
    if (result.failure === undefined) continue;
    tellFailure(shape, result.failure);
    process.exitCode = 1;
  }
}

watchStatements();
const databases = await startDatabases();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  // A world that is under way is given up; its PostgreSQL must not outlive it.
  process.once(signal, () => {
    void databases.stop().finally(() => process.exit(INTERRUPTED));
  });
}
try {
  if (values.ci) {
    const known = await failedBefore();
    await simulate(known, new Progress({ runs: known.length }));
    await simulate(fresh(), new Progress({ minutes: Number(values.minutes) }));
  } else {
    await simulate(asked(), new Progress({ runs: Number(values.runs) }));
  }
} finally {
  await databases.stop();
}
