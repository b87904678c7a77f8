/** Starts processes that work on a bill run (`worker-program.ts`). */
import { spawn } from "node:child_process";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { oncePerRun, type RunDirectories } from "../../support/run-directory.js";
import type { WorkerOptions } from "./worker-program.js";

export interface Worker {
  /** kill -9: no handler of the process runs. */
  kill(): void;
  /** Resolves when the process has ended; `finished`: by itself, its work done. */
  readonly ended: Promise<{ readonly finished: boolean }>;
}

export async function startWorker(options: WorkerOptions): Promise<Worker> {
  const bundle = await oncePerRun("billworker", bundleProgram);
  const child = spawn(process.execPath, [bundle, JSON.stringify(options)], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const ended = new Promise<{ finished: boolean }>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      if (code === 0 || signal === "SIGKILL") resolve({ finished: code === 0 });
      else reject(new Error(`the worker ended with ${code ?? signal}`));
    });
  });
  return { kill: () => child.kill("SIGKILL"), ended };
}

async function bundleProgram({ memory }: RunDirectories): Promise<string> {
  const outfile = join(memory, "worker.mjs");
  await build({
    entryPoints: [fileURLToPath(new URL("worker-program.ts", import.meta.url))],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    conditions: ["source"],
    logLevel: "error",
    external: ["pg-native"], // mentioned by pg, not installed
    // pg is CommonJS and asks for Node's modules with require().
    banner: {
      js: 'import { createRequire as c } from "node:module"; const require = c(import.meta.url);',
    },
  });
  chmodSync(outfile, 0o644);
  return outfile;
}
