/**
 * GET plan usage from the database, with authentication and scope check, beside two mock servers that
 * answer the same operation of the same OpenAPI document with its example and look nothing up: Mockoon and
 * Prism, installed from npm into a temporary folder. Usage: node bench/mocks.mjs [--seconds 6] [--rounds 3]
 */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { startPostgres } from "./support/postgres.mjs";
import { startProgram } from "./support/programs.mjs";
import { report } from "./support/report.mjs";
import { usageRounds } from "./support/requests.mjs";
import { apiKeyOf, masterIdOf, seedAccounts } from "./support/seed.mjs";
import { median } from "./support/timing.mjs";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "6" },
    rounds: { type: "string", default: "3" },
  },
});
const CONNECTIONS = 64;
const PACKAGES = ["@mockoon/cli@9.9.0", "@stoplight/prism-cli@5.16.0"];
const PATH = "/accounts/{accountId}/plans/usage";
const size = { masters: 1_000, accounts: 10_000, connections: CONNECTIONS, requests: 150 };
const mockRounds = [
  [
    {
      method: "GET",
      path: PATH.replace("{accountId}", "me"),
      headers: { authorization: `Bearer ${apiKeyOf(masterIdOf(0))}` },
    },
  ],
];

const folder = await mkdtemp(join(tmpdir(), "paymaster-mocks-"));
const postgres = await startPostgres();
const running = [];
try {
  const document = join(folder, "openapi.json");
  await writeFile(document, JSON.stringify(await onePath()));
  const npm = ["install", "--prefix", folder, "--no-save", "--no-audit", "--no-fund", "--silent"];
  execFileSync("npm", [...npm, ...PACKAGES], { stdio: ["ignore", "ignore", "inherit"] });
  const server = await startProgram("server", {
    databaseUrl: postgres.url,
    dataDir: join(postgres.dataDir, "a"),
  });
  running.push(server);
  await seedAccounts(postgres.pool, size);
  const load = await startProgram("load");
  running.push(load);
  const mockoon = await startMock("mockoon-cli", (port) => [
    ...["start", "--data", document, "--port", port, "--hostname", "127.0.0.1"],
    ...["--disable-log-to-file", "--disable-admin-api"],
  ]);
  const prism = await startMock("prism", (port) => [
    ...[
      "mock",
      document,
      "--port",
      port,
      "--host",
      "127.0.0.1",
      "--verboseLevel",
      "silent",
      "--multiprocess",
      "false",
    ],
  ]);
  running.push(mockoon, prism);
  const subjects = {
    "plan usage": { origin: server.ready.origin, rounds: usageRounds(size) },
    Mockoon: { origin: mockoon.origin, rounds: mockRounds },
    Prism: { origin: prism.origin, rounds: mockRounds },
  };
  const results = Object.fromEntries(Object.keys(subjects).map((name) => [name, []]));
  for (let round = 0; round <= Number(values.rounds); round += 1) {
    for (const [name, subject] of Object.entries(subjects)) {
      const seconds = round === 0 ? 2 : Number(values.seconds);
      const result = await load.ask({ ...subject, connections: CONNECTIONS, seconds });
      if (result.failed > 0) throw new Error(`${name}: ${JSON.stringify(result)}`);
      if (round > 0) results[name].push(result);
    }
  }
  const rateOf = (name) => median(results[name].map((one) => one.perSecond));
  for (const name of Object.keys(subjects)) {
    const p99Ms = median(results[name].map((one) => one.p99Ms));
    report(name, { "requests/s": rateOf(name), "ms p99": p99Ms });
  }
  report("times as fast", {
    "as Mockoon": rateOf("plan usage") / rateOf("Mockoon"),
    "as Prism": rateOf("plan usage") / rateOf("Prism"),
  });
} finally {
  for (const program of running.reverse()) await program.stop();
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
}

/** The document with nothing but the operation, so that the mocks have one route to look for. */
async function onePath() {
  const file = new URL("../docs/reference/openapi-2021.json", import.meta.url);
  const document = JSON.parse(await readFile(file, "utf8"));
  return {
    ...document,
    servers: [{ url: "http://127.0.0.1" }],
    paths: { [PATH]: document.paths[PATH] },
  };
}

async function startMock(command, argsOf) {
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const child = spawn(join(folder, "node_modules", ".bin", command), argsOf(String(port)), {
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, NODE_ENV: "production" },
  });
  const [request] = mockRounds[0];
  for (let attempt = 0; ; attempt += 1) {
    const answer = await fetch(`${origin}${request.path}`, request).catch(() => null);
    if (answer?.ok) break;
    if (attempt === 300) throw new Error(`${command} does not answer: ${await answer?.text()}`);
    await sleep(100);
  }
  return {
    origin,
    async stop() {
      const exit = once(child, "exit");
      child.kill();
      await exit;
    },
  };
}

async function freePort() {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address();
  probe.close();
  await once(probe, "close");
  return port;
}
