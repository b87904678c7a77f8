// Ends a test cluster when the test run that made it is over, however that run ended.
// Usage: node postgres-janitor.mjs <process id of the run> <directory> <directory of the server>
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const POLL_MS = 250;
const LONGEST_RUN_MS = 3 * 3_600_000;

const [runPid, directory, serverDir] = [Number(process.argv[2]), process.argv[3], process.argv[4]];
if (!runPid || !directory || !serverDir) throw new Error("missing argument");

function signal(pid, name) {
  try {
    process.kill(pid, name);
    return true;
  } catch {
    return false;
  }
}

function serverPid() {
  try {
    return Number(readFileSync(join(serverDir, "data/postmaster.pid"), "utf8").split("\n")[0]);
  } catch {
    return undefined;
  }
}

const begun_ms = Date.now();
while (signal(runPid, 0) && Date.now() - begun_ms < LONGEST_RUN_MS) await sleep(POLL_MS);
const pid = serverPid();
if (pid !== undefined) {
  signal(pid, "SIGQUIT"); // at once: nobody wants the data
  for (let tries = 0; tries < 100 && serverPid() === pid; tries++) await sleep(POLL_MS / 5);
}
rmSync(serverDir, { recursive: true, force: true });
rmSync(directory, { recursive: true, force: true });
