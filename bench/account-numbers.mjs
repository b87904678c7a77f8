/**
 * The response time of GET plan usage with 10, 10,000 and 1,000,000 accounts in the database: a server and
 * a PostgreSQL for each, measured in turns so that whatever else the machine does meets all of them.
 * Usage: node bench/account-numbers.mjs [--accounts 10,10000,1000000] [--seconds 5] [--rounds 5]
 */
import { parseArgs } from "node:util";
import { measure } from "./support/measure.mjs";
import { startPostgres } from "./support/postgres.mjs";
import { postgresCpu } from "./support/postgres-cpu.mjs";
import { startProgram } from "./support/programs.mjs";
import { report } from "./support/report.mjs";
import { usageRounds } from "./support/requests.mjs";
import { seedAccounts } from "./support/seed.mjs";
import { median, timed } from "./support/timing.mjs";

const { values } = parseArgs({
  options: {
    accounts: { type: "string", default: "10,10000,1000000" },
    seconds: { type: "string", default: "5" },
    rounds: { type: "string", default: "5" },
  },
});
/** Few, so that what is measured is how long an answer takes and not how long it waits for others. */
const CONNECTIONS = 4;
const REQUESTS = 4_000;
const subjects = [];
const endings = [];
try {
  const load = await startProgram("load");
  endings.push(() => load.stop());
  for (const accounts of values.accounts.split(",").map(Number))
    subjects.push(await prepare(accounts));
  for (let round = 0; round <= Number(values.rounds); round += 1) {
    for (const { results, rounds, ...subject } of subjects) {
      const seconds = round === 0 ? 3 : Number(values.seconds);
      const result = await measure(
        { load, ...subject },
        { connections: CONNECTIONS, rounds, seconds },
      );
      if (result.failed > 0) throw new Error(JSON.stringify(result));
      // Latencies come in whole milliseconds; the mean follows exactly from the rate of a closed loop.
      if (round > 0) results.push({ ...result, meanMs: (CONNECTIONS * 1_000) / result.perSecond });
    }
  }
  const meanOf = ({ results }) => median(results.map((one) => one.meanMs));
  for (const subject of subjects) {
    const of = (pick) => median(subject.results.map(pick));
    report(`${subject.accounts.toLocaleString("en-US")} accounts`, {
      "ms mean": meanOf(subject),
      "ms p99": of((one) => one.p99Ms),
      "us of the server": of((one) => one.serverUs),
      "us of PostgreSQL": of((one) => one.databaseUs),
      "times the first": meanOf(subject) / meanOf(subjects[0]),
    });
  }
} finally {
  for (const end of endings.reverse()) await end();
}

async function prepare(accounts) {
  const postgres = await startPostgres();
  endings.push(() => postgres.stop());
  const program = await startProgram("server", {
    databaseUrl: postgres.url,
    dataDir: `${postgres.dataDir}/a`,
  });
  endings.push(() => program.stop());
  const size = {
    masters: Math.min(1_000, accounts),
    accounts,
    connections: CONNECTIONS,
    requests: REQUESTS,
  };
  const seconds = await timed(() => seedAccounts(postgres.pool, size));
  report(`seeded ${accounts} accounts`, { seconds });
  const databaseCpu = await postgresCpu(postgres.pool);
  return { accounts, program, databaseCpu, rounds: usageRounds(size), results: [] };
}
