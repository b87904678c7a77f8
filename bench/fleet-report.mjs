/**
 * Reports over 10,000 accounts in the local store: each by itself, and as the whole command, beside Node
 * doing nothing, which is the floor of any command.
 * Run: npm run build && node bench/fleet-report.mjs
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openStore, REPORT_NAMES, runReport, toCsv, toParquet, toXlsx } from "@paymaster/fleet";
import { loadSources } from "./support/load-source.mjs";
import { report } from "./support/report.mjs";
import { median, timed } from "./support/timing.mjs";

const ACCOUNTS = 10_000;
const RUNS = 7;
const BIN = fileURLToPath(new URL("../packages/cli/bin/paymaster.js", import.meta.url));

const folder = mkdtempSync(join(tmpdir(), "paymaster-bench-"));
const path = join(folder, "fleet.db");
await fill(path);
const day = "2026-11-22";

const store = openStore(path);
for (const name of REPORT_NAMES) {
  const made = runReport(name, { store, day });
  report(`report ${name}`, {
    rows: made.rows.length,
    ms: await timedMs(() => runReport(name, { store, day })),
    "ms of CPU": await cpuMs(() => runReport(name, { store, day })),
    "ms more as CSV": await timedMs(() => toCsv(made)),
    "ms as Parquet": await timedMs(() => toParquet(made)),
    "ms as XLSX": await timedMs(() => toXlsx([made])),
    "ms the whole command": await timedMs(() =>
      command("fleet", "report", name, "--store", path, "--day", day),
    ),
  });
}
store.close();
const floor = await timedMs(() => execFileSync(process.execPath, ["-e", "0"]));
rmSync(folder, { recursive: true, force: true });
report("node doing nothing", { ms: floor });

async function timedMs(work) {
  const times = [];
  for (let run = 0; run < RUNS; run += 1) times.push((await timed(work)) * 1_000);
  return median(times);
}

/** What it costs on a machine that others share. */
async function cpuMs(work) {
  const times = [];
  for (let run = 0; run < RUNS; run += 1) {
    const before = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(before);
    times.push((user + system) / 1_000);
  }
  return median(times);
}

function command(...args) {
  execFileSync(process.execPath, [BIN, ...args], { stdio: "ignore" });
}

/** A store as a sync of a simulated fleet leaves it. */
async function fill(file) {
  const { modules, close } = await loadSources([
    "/packages/fleet/test/support/simulated-fleet.ts",
    "/packages/fleet/src/index.ts",
  ]);
  const [{ SimulatedFleet }, fleetPackage] = modules;
  const fleet = new SimulatedFleet({ accounts: ACCOUNTS });
  const { signal } = new AbortController();
  const quota = fleet.planner();
  const filled = fleetPackage.openStore(file);
  const options = { store: filled, quota, clock: fleet.time, signal, stop: signal };
  await fleet.time.run(fleetPackage.syncFleet({ ...options, client: fleet.client({ quota }) }));
  filled.close();
  await close();
}
