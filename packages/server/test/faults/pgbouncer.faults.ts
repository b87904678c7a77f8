/**
 * Two servers behind a real PgBouncer in transaction mode, which gives each transaction another session:
 * `prepared_statements=off`, and no lock or setting that a session would have to keep.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { giveTo } from "../../src/postgres/location.js";
import { chooseUser } from "../../src/postgres/run-as.js";
import { startTestPostgres, type TestDatabase } from "../support/postgres.js";
import { expectKept, makeCustomers, startLoad } from "./support/load.js";
import { freePorts } from "./support/ports.js";
import { type Serving, serve, temporaryDirectory } from "./support/serving.js";

const PROGRAM = "/usr/sbin/pgbouncer";
const hasPooler = existsSync(PROGRAM);
if (!hasPooler)
  console.warn("Skipped, not installed: pgbouncer. On Debian: apt-get install pgbouncer");
/** Fewer than the servers' connections, so that sessions change hands all the time. */
const SESSIONS = 6;

describe.skipIf(!hasPooler)("behind PgBouncer in transaction mode", () => {
  let database: TestDatabase;
  let pooler: ChildProcess;
  let servers: Serving[];
  beforeAll(async () => {
    database = await (await startTestPostgres()).createDatabase();
    const { user, database: name } = database.connection;
    const port = await startPooler();
    const databaseUrl = `postgres://${user}@127.0.0.1:${port}/${name}?prepared_statements=off`;
    servers = [await serve({ databaseUrl }), await serve({ databaseUrl })];
  });
  afterAll(async () => {
    for (const server of servers ?? []) await server.kill();
    pooler?.kill("SIGKILL");
    await database?.drop();
  });

  async function startPooler(): Promise<number> {
    const dir = temporaryDirectory();
    const user = chooseUser(undefined, tmpdir());
    const [port = 0] = await freePorts(1);
    const { host, port: serverPort, user: role } = database.connection;
    writeFileSync(join(dir, "users.txt"), `"${role}" ""\n`);
    const settings = {
      listen_addr: "127.0.0.1",
      listen_port: port,
      unix_socket_dir: "",
      auth_type: "trust",
      auth_file: join(dir, "users.txt"),
      pool_mode: "transaction",
      default_pool_size: SESSIONS,
      logfile: join(dir, "log"),
    };
    const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`);
    const file = join(dir, "pgbouncer.ini");
    const target = `* = host=${host} port=${serverPort}`;
    writeFileSync(file, ["[databases]", target, "[pgbouncer]", ...lines, ""].join("\n"));
    giveTo(dir, user);
    pooler = spawn(PROGRAM, [file], { cwd: dir, stdio: "ignore", ...user.spawn });
    for (let tries = 0; tries < 200 && !(await answers(port)); tries += 1) await sleep(50);
    return port;
  }

  it("a load, a killed server, and a month of bill runs end with sound books", async () => {
    const [first, second] = servers;
    if (first === undefined || second === undefined) throw new Error("two servers");
    const customers = await makeCustomers(first, 4, 2);
    let alive = servers;
    const load = startLoad({ servers: () => alive, customers, readers: 16, tries: 2 });
    await sleep(4_000);
    await second.kill();
    alive = [first];
    await sleep(3_000);
    const tally = await load.stop();
    console.log(`${tally.reads} reads, ${[...tally.acknowledged.values()].join("+")} changes`);
    expect(tally.failedReads).toEqual([]);
    expect(tally.wrongAnswers).toEqual([]);
    await expectKept(first, customers, tally);
    const advanced = await first.admin("POST", "/clock/advance", { days: 40 });
    expect(advanced.body).toMatchObject({ invoices_posted: expect.any(Number) });
    expect(advanced.body.invoices_posted).toBeGreaterThanOrEqual(customers.length);
    const { body } = await first.admin<{ ok: boolean }>("GET", "/invariants");
    expect(body.ok, JSON.stringify(body)).toBe(true);
    expect(first.output()).not.toContain("failed");
  });
});

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  const outcome = await once(socket, "connect").then(
    () => true,
    () => false,
  );
  socket.destroy();
  return outcome;
}
