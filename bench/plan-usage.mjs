/**
 * GET plan usage on one server process, authentication and scope check on, beside a bare Fastify route that
 * does one primary-key read on the same PostgreSQL, and once more with rate limits on. Load comes from a
 * process of its own over 64 keep-alive connections; everything shares the machine's cores.
 * Usage: node bench/plan-usage.mjs [--accounts 10000] [--seconds 8] [--rounds 3]
 */
import { parseArgs } from "node:util";
import { measure } from "./support/measure.mjs";
import { startPostgres } from "./support/postgres.mjs";
import { postgresCpu } from "./support/postgres-cpu.mjs";
import { startProgram } from "./support/programs.mjs";
import { report } from "./support/report.mjs";
import { bareRounds, usageRounds } from "./support/requests.mjs";
import { seedAccounts } from "./support/seed.mjs";
import { median } from "./support/timing.mjs";

const { values } = parseArgs({
  options: {
    accounts: { type: "string", default: "10000" },
    seconds: { type: "string", default: "8" },
    rounds: { type: "string", default: "3" },
  },
});
const CONNECTIONS = 64;
/** So many tenants that the documented 40 calls a second of each are not reached. */
const MASTERS = 1_000;
const seconds = Number(values.seconds);
const size = {
  masters: MASTERS,
  accounts: Number(values.accounts),
  connections: CONNECTIONS,
  requests: 150,
};
const postgres = await startPostgres();
const databaseCpu = await postgresCpu(postgres.pool);
const programs = [];
try {
  const start = async (name, options) => {
    const program = await startProgram(name, options);
    programs.push(program);
    return program;
  };
  const database = { databaseUrl: postgres.url };
  const unlimited = await start("server", { ...database, dataDir: `${postgres.dataDir}/a` });
  await seedAccounts(postgres.pool, size);
  const limited = await start("server", {
    ...database,
    dataDir: `${postgres.dataDir}/b`,
    rateLimits: true,
  });
  const bare = await start("bare-route", database);
  const load = await start("load");
  const subjects = {
    "bare route": { program: bare, rounds: bareRounds(size) },
    "plan usage": { program: unlimited, rounds: usageRounds(size) },
    "with rate limits": { program: limited, rounds: usageRounds(size) },
  };
  const results = Object.fromEntries(Object.keys(subjects).map((name) => [name, []]));
  for (let round = 0; round <= Number(values.rounds); round += 1) {
    for (const [name, { program, rounds }] of Object.entries(subjects)) {
      const result = await measure(
        { program, load, databaseCpu },
        { connections: CONNECTIONS, rounds, seconds: round === 0 ? 3 : seconds },
      );
      // The first round warms up code, plans and caches.
      if (round > 0) results[name].push(result);
    }
  }
  const rates = {};
  for (const [name, measured] of Object.entries(results)) {
    const of = (pick) => median(measured.map(pick));
    rates[name] = of((one) => one.perSecond);
    report(name, {
      "requests/s": rates[name],
      "ms p50": of((one) => one.p50Ms),
      "ms p99": of((one) => one.p99Ms),
      failed: of((one) => one.failed),
      "us of the server": of((one) => one.serverUs),
      "us of PostgreSQL": of((one) => one.databaseUs),
      "us of the load": of((one) => one.loadUs),
      "memory MB": of((one) => one.rssMb),
    });
  }
  report("shares", {
    "of the bare route's rate": rates["plan usage"] / rates["bare route"],
    "with rate limits, of the rate without": rates["with rate limits"] / rates["plan usage"],
  });
} finally {
  for (const program of programs.reverse()) await program.stop();
  await postgres.stop();
}
