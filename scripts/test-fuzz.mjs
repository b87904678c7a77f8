/**
 * Sends random requests to the built server (packages/server/test/fuzz).
 *
 *   npm run test:fuzz -- [--requests N] [--seed N] [--profile 2021|2026] [--at-once N]
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const number = { type: "string" };
const { values } = parseArgs({
  options: { requests: number, seed: number, "at-once": number, profile: { type: "string" } },
});
for (const name of ["requests", "seed", "at-once"]) {
  if (values[name] !== undefined && !/^[1-9]\d{0,8}$/.test(values[name])) {
    console.error(`--${name} must be a number from 1 on, not "${values[name]}".`);
    process.exit(2);
  }
}
const seed = values.seed ?? String(Math.floor(Math.random() * 1e9) + 1);
console.log(`seed ${seed}: npm run test:fuzz -- --seed ${seed} sends the same requests again`);

const given = {
  PAYMASTER_FUZZ_SEED: seed,
  PAYMASTER_FUZZ_REQUESTS: values.requests,
  PAYMASTER_FUZZ_AT_ONCE: values["at-once"],
  PAYMASTER_FUZZ_PROFILE: values.profile,
};
const set = Object.entries(given).filter(([, value]) => value !== undefined);
const root = fileURLToPath(new URL("..", import.meta.url));
const run = spawnSync(
  process.execPath,
  [
    "node_modules/vitest/vitest.mjs",
    "run",
    "--config",
    "packages/server/vitest.fuzz.config.ts",
    "--disable-console-intercept",
  ],
  { cwd: root, stdio: "inherit", env: { ...process.env, ...Object.fromEntries(set) } },
);
process.exit(run.status ?? 1);
