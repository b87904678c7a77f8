/** Several hosts of which one takes writes: real sockets to a real PostgreSQL, through relays that a test closes. */
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  createPool,
  isUnavailable,
  type Pool,
  transaction,
  urlConfig,
} from "../../src/database/pool.js";
import { parseDatabaseUrl } from "../../src/database/url.js";
import { startTestPostgres, type TestDatabase } from "../support/postgres.js";

let database: TestDatabase;
beforeAll(async () => {
  database = await (await startTestPostgres()).createDatabase();
});
const endings: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const end of endings.splice(0).reverse()) await end();
  await database.drop();
});

/** A host of its own as far as anybody can tell; closing it is its death. */
class Host {
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  #port = 0;

  constructor() {
    this.#server = createServer((client) => {
      const { host, port } = database.connection;
      const server = host.startsWith("/")
        ? connect(`${host}/.s.PGSQL.${port}`)
        : connect(port, host);
      for (const socket of [client, server]) {
        this.#sockets.add(socket);
        socket.on("error", () => undefined);
      }
      client.pipe(server).pipe(client);
    });
  }

  get name(): string {
    return `127.0.0.1:${this.#port}`;
  }

  async open(): Promise<void> {
    this.#server.listen(this.#port, "127.0.0.1");
    await once(this.#server, "listening");
    this.#port = (this.#server.address() as { port: number }).port;
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server.close(), "close");
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}

async function twoHosts(): Promise<{ a: Host; b: Host; pool: Pool }> {
  const [a, b] = [new Host(), new Host()];
  await Promise.all([a.open(), b.open()]);
  const { user, database: name } = database.connection;
  const url = parseDatabaseUrl(`postgres://${user}@${a.name},${b.name}/${name}`);
  if ("problem" in url) throw new Error(url.problem);
  const pool = createPool({ ...urlConfig(url), max: 4 });
  endings.push(
    () => Promise.all([a.close(), b.close()]),
    () => pool.end(),
  );
  return { a, b, pool };
}

async function outcome(work: Promise<unknown>): Promise<"ok" | "unavailable"> {
  try {
    await work;
    return "ok";
  } catch (error) {
    if (!isUnavailable(error)) throw error;
    return "unavailable";
  }
}

describe("a pool on two hosts", () => {
  it("goes on with the other one when one dies, and back", async () => {
    const { a, b, pool } = await twoHosts();
    const ask = () => outcome(pool.query("select 1"));
    expect(await ask()).toBe("ok");
    await a.close();
    const tries = [await ask(), await ask(), await ask()];
    expect(tries.at(-1)).toBe("ok");
    await a.open();
    await b.close();
    const back = [await ask(), await ask(), await ask()];
    expect(back.at(-1)).toBe("ok");
  });

  it("names every host and its reason when none takes writes", async () => {
    const { a, b, pool } = await twoHosts();
    await pool.query(
      `alter database ${database.connection.database} set default_transaction_read_only = on`,
    );
    const { a: a2, b: b2, pool: readOnly } = await twoHosts();
    await a2.close();
    const failed = await readOnly.query("select 1").catch((error: Error) => error);
    expect(isUnavailable(failed)).toBe(true);
    expect(String(failed)).toMatch(
      new RegExp(`${a2.name}: .*ECONNREFUSED.*${b2.name}: .*read-only`),
    );
    await pool.query(
      `alter database ${database.connection.database} reset default_transaction_read_only`,
    );
    expect(await outcome(readOnly.query("select 1"))).toBe("ok");
    expect([a.name, b.name]).not.toContain(a2.name);
  });

  it("drops a connection whose server became a standby", async () => {
    const { pool } = await twoHosts();
    const backend = async () => (await pool.query("select pg_backend_pid() as pid")).rows[0]?.pid;
    const first = await backend();
    const failing = transaction(pool, async (connection) => {
      await connection.query("set transaction read only");
      await connection.query("create table t (x integer)");
    });
    expect(await outcome(failing)).toBe("unavailable");
    expect(await backend()).not.toBe(first);
  });
});
