/**
 * What a log line for each request costs: GET plan usage on a server with `--request-log all` beside one with
 * `off`, its lines going to /dev/null. In processor time of the server a request,
 * which a busy machine disturbs least.
 * Usage: node bench/request-log.mjs [--seconds 6] [--rounds 3]
 */
import { closeSync, openSync } from "node:fs";
import { parseArgs } from "node:util";
import { startPostgres } from "./support/postgres.mjs";
import { startProgram } from "./support/programs.mjs";
import { report } from "./support/report.mjs";
import { usageRounds } from "./support/requests.mjs";
import { seedAccounts } from "./support/seed.mjs";
import { median } from "./support/timing.mjs";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "6" },
    rounds: { type: "string", default: "3" },
  },
});
const size = { masters: 100, accounts: 1_000, connections: 64, requests: 150 };
const postgres = await startPostgres();
const nowhere = openSync("/dev/null", "w");
const programs = [];
try {
  const servers = {};
  for (const requestLog of ["off", "all"]) {
    const dataDir = `${postgres.dataDir}/${requestLog}`;
    const options = { databaseUrl: postgres.url, dataDir, requestLog };
    servers[requestLog] = await startProgram("server", options, nowhere);
    programs.push(servers[requestLog]);
    if (requestLog === "off") await seedAccounts(postgres.pool, size);
  }
  const load = await startProgram("load");
  programs.push(load);
  const measured = { off: [], all: [] };
  for (let round = 0; round <= Number(values.rounds); round += 1) {
    for (const [name, server] of Object.entries(servers)) {
      const result = await measure(server, load, round === 0 ? 3 : Number(values.seconds));
      if (round > 0) measured[name].push(result);
    }
  }
  const of = (name, pick) => median(measured[name].map(pick));
  for (const name of Object.keys(servers)) {
    report(`request log ${name}`, {
      "requests/s": of(name, (one) => one.perSecond),
      "us of the server": of(name, (one) => one.serverUs),
      "ms p99": of(name, (one) => one.p99Ms),
      failed: of(name, (one) => one.failed),
    });
  }
  report("all beside off", {
    "of the rate": of("all", (one) => one.perSecond) / of("off", (one) => one.perSecond),
    "of the server's time": of("all", (one) => one.serverUs) / of("off", (one) => one.serverUs),
  });
} finally {
  for (const program of programs.reverse()) await program.stop();
  await postgres.stop();
  closeSync(nowhere);
}

async function measure(server, load, seconds) {
  const before = await server.ask("usage");
  const { origin } = server.ready;
  const rounds = usageRounds(size);
  const result = await load.ask({ origin, connections: size.connections, seconds, rounds });
  const after = await server.ask("usage");
  const serverUs = ((after.cpuSeconds - before.cpuSeconds) * 1e6) / result.requests;
  return { ...result, serverUs };
}
