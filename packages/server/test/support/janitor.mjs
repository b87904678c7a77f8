// Deletes what was made for a test run when that run is over, however it ended, and ends the
// PostgreSQL that runs in it.
// Usage: node janitor.mjs <process id of the run> <directory> <directory of server/data>
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const POLL_MS = 250;
const LONGEST_RUN_MS = 3 * 3_600_000;

const [runPid, disk, memory] = [Number(process.argv[2]), process.argv[3], process.argv[4]];
if (!runPid || !disk || !memory) throw new Error("missing argument");

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
    const [line] = readFileSync(join(memory, "server/data/postmaster.pid"), "utf8").split("\n");
    return Number(line);
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
for (const directory of [memory, disk]) rmSync(directory, { recursive: true, force: true });
