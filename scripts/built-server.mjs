/** Starts the built server as a user would, on a free port with data of its own; for the scripts here. */
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const COMMAND = fileURLToPath(new URL("../packages/cli/bin/paymaster.js", import.meta.url));
const START_LIMIT_MS = 60_000;

/** A data directory for one run, and how to be rid of it. */
export async function makeDataDir() {
  const dir = await mkdtemp(join(tmpdir(), "paymaster-run-"));
  return { dir, remove: () => rm(dir, { recursive: true, force: true }) };
}

/** Resolves when the server is ready: its credentials, the seconds it took, and how to stop it. */
export async function startServer(dataDir, options = []) {
  const startedMs = performance.now();
  const child = spawn(
    process.execPath,
    [COMMAND, "serve", "--port", "0", "--data-dir", dataDir, ...options],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk) => {
      output += chunk;
    });
  }
  const ended = new Promise((resolve) => child.once("exit", resolve));
  while (!output.includes("Paymaster is ready at")) {
    const late = performance.now() - startedMs > START_LIMIT_MS;
    if (child.exitCode !== null || late) {
      child.kill("SIGKILL");
      throw new Error(`the server did not start:\n${output}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const credentials = JSON.parse(await readFile(join(dataDir, "credentials.json"), "utf8"));
  return {
    credentials,
    origin: new URL(credentials.base_url).origin,
    seconds: (performance.now() - startedMs) / 1_000,
    stop: async () => {
      child.kill("SIGTERM");
      const code = await ended;
      if (code !== 0) throw new Error(`the server ended with ${code}:\n${output}`);
    },
  };
}
