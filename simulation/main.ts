/** `npm run simulate -- --seed N --years Y [--accounts A] [--runs R]`: R seeds from N on. */
import { parseArgs } from "node:util";
import { Violation } from "./audit/violation.js";
import { runSeed } from "./run.js";
import { startDatabases } from "./server/databases.js";
import { watchStatements } from "./server/faults.js";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    years: { type: "string", default: "5" },
    accounts: { type: "string", default: "20" },
    runs: { type: "string", default: "1" },
  },
});
watchStatements();
const databases = await startDatabases();
for (let index = 0; index < Number(values.runs); index += 1) {
  const seed = Number(values.seed) + index;
  const began = performance.now();
  const result = await runSeed(databases, {
    seed,
    years: Number(values.years),
    accounts: Number(values.accounts),
  });
  const seconds = (performance.now() - began) / 1000;
  console.log(
    `seed ${seed}: ${result.steps} steps, ${result.invoices} invoices, ${result.faults} faults, ${result.accountYears.toFixed(0)} account-years, ${seconds.toFixed(1)} s`,
  );
  const { failure } = result;
  if (failure === undefined) continue;
  const shape = `--years ${values.years} --accounts ${values.accounts}`;
  console.error(`Violation. Replay: npm run simulate -- --seed ${seed} ${shape}`);
  console.error(failure.trail.slice(-8).join("\n"));
  console.error(`step ${failure.step}: ${failure.error.message}`);
  if (failure.error instanceof Violation) {
    console.error(
      JSON.stringify(failure.error.details, (_, v) => (typeof v === "bigint" ? String(v) : v), 1),
    );
  } else console.error(failure.error.stack);
  console.error(failure.log.join("\n"));
  process.exitCode = 1;
}
await databases.stop();
