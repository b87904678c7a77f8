/**
 * A full sync of 10,000 accounts on a simulated clock under the published limits of a Business master,
 * against a limiter that shares nothing with the planner: `fleet sync`, beside clients that send what is
 * left and come back when a 429 tells them to, all on the same service, with the same network by chance.
 * The bound is what the limits dictate: two Heavy calls an account, forty a second.
 * Run: npm run build && node bench/fleet-sync.mjs (ACCOUNTS=1000 for a quick look)
 */
import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadSources } from "./support/load-source.mjs";
import { report } from "./support/report.mjs";
import { median } from "./support/timing.mjs";

const ACCOUNTS = Number(process.env.ACCOUNTS ?? 10_000);
const SEEDS = [7, 8, 9];
const WORKERS = [32, 128];
const TOOLS = ["account_plans", "account_billing", "get_plan_usage", "account_billing_invoices"];
const BOUND_S = Math.ceil((2 * ACCOUNTS) / 40) - 1;

const { modules, close } = await loadSources([
  "/packages/fleet/test/support/simulated-fleet.ts",
  "/packages/fleet/src/index.ts",
  "/packages/client/src/index.ts",
]);
const [{ SimulatedFleet }, { openStore, stoppable, syncFleet }, { RateLimitError }] = modules;

/** @returns what the service saw: seconds to the last call that was let in, and refusals */
async function seen(seed, work) {
  const fleet = new SimulatedFleet({ accounts: ACCOUNTS, seed });
  const startMs = fleet.service.nowMs;
  const cpu = process.cpuUsage();
  await fleet.time.run(work(fleet));
  const { user, system } = process.cpuUsage(cpu);
  const { lastAdmittedMs, admitted, refused } = fleet.service;
  const seconds = (lastAdmittedMs - startMs) / 1_000;
  return { seconds, admitted, refused, cpuSeconds: (user + system) / 1e6 };
}

function fleetSync(fleet) {
  const { signal } = new AbortController();
  const quota = stoppable(fleet.planner(), signal);
  const path = join(tmpdir(), `paymaster-bench-${process.pid}.db`);
  const store = openStore(path);
  const options = { store, quota, clock: fleet.time, signal, stop: signal };
  return syncFleet({ ...options, client: fleet.client({ quota }) }).finally(() => {
    store.close();
    for (const end of ["", "-wal", "-shm", ".lock"]) rmSync(path + end, { force: true });
  });
}

/** So many workers; who is refused comes back when he is told to. Nothing is kept. */
async function plainSync(fleet, workers) {
  const client = fleet.client({ retry: { maxAttempts: 1 } });
  const call = async (tool, input) => {
    for (;;) {
      try {
        return await client.request(tool, input);
      } catch (error) {
        if (!(error instanceof RateLimitError)) throw error;
        await fleet.time.sleep(error.retryAfterMs ?? 1_000);
      }
    }
  };
  const calls = [];
  for (let token = ""; ; ) {
    const page = await call("accounts", { page_size: "300", next_page_token: token });
    for (const { id } of page.data.accounts) {
      for (const tool of TOOLS) calls.push([tool, { accountId: id }]);
    }
    token = page.data.next_page_token;
    if (token === "") break;
  }
  let next = 0;
  const work = async () => {
    while (next < calls.length) {
      const [tool, input] = calls[next];
      next += 1;
      await call(tool, input);
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
}

const subjects = [
  ["paymaster fleet sync, into its store", fleetSync],
  ...WORKERS.map((count) => [`retry on 429, ${count} workers`, (fleet) => plainSync(fleet, count)]),
];
report("what the limits dictate", { s: BOUND_S });
for (const [what, work] of subjects) {
  const runs = [];
  for (const seed of SEEDS) runs.push(await seen(seed, work));
  const of = (name) => median(runs.map((run) => run[name]));
  report(what, {
    s: of("seconds"),
    "times the bound": of("seconds") / BOUND_S,
    "calls let in": of("admitted"),
    "calls refused": of("refused"),
    "s of CPU, the simulated service's included": of("cpuSeconds"),
  });
}
await close();
