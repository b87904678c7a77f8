import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";

it("the compiler accepts the tests, and refuses what they say it must refuse", async () => {
  const tsc = fileURLToPath(new URL("../../../node_modules/typescript/bin/tsc", import.meta.url));
  const project = fileURLToPath(new URL("tsconfig.json", import.meta.url));
  const run = promisify(execFile)(process.execPath, [tsc, "-p", project], { timeout: 60_000 });
  const { stdout } = await run.catch((error: { stdout: string }) => error);
  expect(stdout).toBe("");
}, 70_000);
