/**
 * Nine reads of plan usage for every change of a plan (which is decided, charged, invoiced and posted), on
 * one server process over 64 connections; its memory all the while. Invoices of one master have numbers
 * without gaps, so its changes wait for each other: with `--masters 1` all of them do.
 * Usage: node bench/mixed-load.mjs [--minutes 1] [--accounts 50000] [--masters 1000]
 */
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { measure } from "./support/measure.mjs";
import { startPostgres } from "./support/postgres.mjs";
import { postgresCpu } from "./support/postgres-cpu.mjs";
import { startProgram } from "./support/programs.mjs";
import { report } from "./support/report.mjs";
import { mixedRounds } from "./support/requests.mjs";
import { seedAccounts } from "./support/seed.mjs";
import { median } from "./support/timing.mjs";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "1" },
    accounts: { type: "string", default: "50000" },
    masters: { type: "string", default: "1000" },
  },
});
const CONNECTIONS = 64;
const SAMPLE_MS = 1_000;
const seconds = Math.round(Number(values.minutes) * 60);
const accounts = Number(values.accounts);
const size = { masters: Number(values.masters), accounts, connections: CONNECTIONS, requests: 500 };
const postgres = await startPostgres();
const programs = [];
try {
  const databaseCpu = await postgresCpu(postgres.pool);
  const program = await startProgram("server", {
    databaseUrl: postgres.url,
    dataDir: `${postgres.dataDir}/a`,
  });
  programs.push(program);
  await seedAccounts(postgres.pool, size);
  const load = await startProgram("load");
  programs.push(load);
  const rounds = mixedRounds(size);
  const subject = { program, load, databaseCpu };
  await measure(subject, { connections: CONNECTIONS, rounds, seconds: 5 });
  const memory = watchMemory(program.pid);
  const result = await measure(subject, { connections: CONNECTIONS, rounds, seconds });
  const samples = memory.stop();
  report("mixed load", {
    "requests/s": result.perSecond,
    "ms p50": result.p50Ms,
    "ms p99": result.p99Ms,
    failed: result.failed,
    changes: result.statuses[204]?.count ?? 0,
    "us of the server": result.serverUs,
    "us of PostgreSQL": result.databaseUs,
    "us of the load": result.loadUs,
  });
  // The first tenth is warming up.
  const steady = samples.slice(Math.floor(samples.length / 10));
  const part = Math.max(1, Math.floor(steady.length / 3));
  report("memory, MB", {
    "at most": Math.max(...samples),
    "in the first third": median(steady.slice(0, part)),
    "in the last third": median(steady.slice(-part)),
  });
} finally {
  for (const program of programs.reverse()) await program.stop();
  await postgres.stop();
}

/** Resident memory of a process, sample by sample, in MB. */
function watchMemory(pid) {
  const samples = [];
  let stopped = false;
  const watch = async () => {
    while (!stopped) {
      samples.push(await residentMb(pid));
      await sleep(SAMPLE_MS);
    }
  };
  void watch();
  return {
    stop() {
      stopped = true;
      return samples;
    },
  };
}

async function residentMb(pid) {
  const { readFile } = await import("node:fs/promises");
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1_024;
}
