/** Clients that are slow, go away or only sit there: they cost nobody else anything, and leave no half of a change. */
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestPostgres, type TestDatabase } from "../support/postgres.js";
import { type Customer, expectKept, makeCustomers } from "./support/load.js";
import { type Serving, serve } from "./support/serving.js";

const IDLE_CONNECTIONS = 10_000;
const FILES_NEEDED = IDLE_CONNECTIONS + 500;
const filesAllowed =
  Number(execFileSync("sh", ["-c", "ulimit -Hn"], { encoding: "utf8" })) || Infinity;
const MEGABYTE = 2 ** 20;
/** 30 s, found out at most 5 s later, on a busy machine. */
const SLOW_LIMIT_MS = 45_000;

let database: TestDatabase;
let server: Serving;
let customers: Customer[];
beforeAll(async () => {
  database = await (await startTestPostgres()).createDatabase();
  server = await serve({ databaseUrl: database.url, args: ["--rate-limits", "off"] });
  customers = await makeCustomers(server, 2, 2);
});
afterAll(async () => {
  await server.kill();
  await database.drop();
});

async function open(): Promise<Socket> {
  const { hostname, port } = new URL(server.origin);
  const socket = connect(Number(port), hostname);
  socket.on("error", () => undefined);
  await once(socket, "connect");
  return socket;
}

/** A change of an account's add-on as it goes over the wire: one host more. */
function changeOf({ accountId, token }: Customer, hosts: number): { head: string; body: string } {
  const body = JSON.stringify({ type: "zroom_monthly", hosts });
  const head = [
    `PUT /v2/accounts/${accountId}/plans/addons HTTP/1.1`,
    "host: paymaster",
    `authorization: Bearer ${token}`,
    `idempotency-key: ${accountId}-${hosts}`,
    "content-type: application/json",
    `content-length: ${Buffer.byteLength(body)}`,
    "",
    "",
  ].join("\r\n");
  return { head, body };
}

function customer(index: number): Customer {
  const found = customers[index];
  if (found === undefined) throw new Error(`there is no customer ${index}`);
  return found;
}

const nothingChanged = () => new Map(customers.map(({ accountId }) => [accountId, 0]));

describe("a client", () => {
  // These two wait for most of a minute: together.
  it.concurrent("that sends its body byte by byte is told 408 and left", async () => {
    const socket = await open();
    let answer = "";
    socket.setEncoding("utf8").on("data", (text) => {
      answer += text;
    });
    const closed = once(socket, "close");
    const { head, body } = changeOf(customer(0), 3);
    socket.write(head);
    const begunMs = performance.now();
    for (const byte of body) {
      if (socket.destroyed) break;
      socket.write(byte);
      await sleep(1_500);
    }
    await closed;
    expect(performance.now() - begunMs).toBeLessThan(SLOW_LIMIT_MS);
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    await expectKept(server, customers, { acknowledged: nothingChanged() });
  });

  it.concurrent("that does not take its answers is left", async () => {
    const asked = 100;
    const whole = (await (await fetch(`${server.origin}/openapi.json`)).arrayBuffer()).byteLength;
    const sockets = await Promise.all(Array.from({ length: 5 }, open));
    for (const socket of sockets) {
      socket.pause();
      // More than the system keeps for a connection that nobody reads.
      socket.write("GET /openapi.json HTTP/1.1\r\nhost: paymaster\r\n\r\n".repeat(asked));
    }
    await sleep(SLOW_LIMIT_MS);
    // What was on its way still arrives; then the connection is over.
    for (const socket of sockets) {
      const closed = once(socket, "close");
      socket.resume();
      await closed;
      expect(socket.bytesRead).toBeLessThan(asked * whole);
    }
  });

  it("that hangs up in the middle of its request changed nothing", async () => {
    const rounds = 100;
    for (let round = 0; round < rounds; round += 1) {
      const socket = await open();
      const { head, body } = changeOf(customer(round % customers.length), 3);
      const whole = head + body;
      socket.write(whole.slice(0, Math.floor((whole.length * round) / rounds)));
      await sleep(5);
      socket.destroy();
    }
    await expectKept(server, customers, { acknowledged: nothingChanged() });
  });

  it("that hangs up before its answer can ask again, and the change is made once", async () => {
    const rounds = 12;
    for (let hosts = 3; hosts < 3 + rounds; hosts += 1) {
      for (const one of customers) {
        const socket = await open();
        const { head, body } = changeOf(one, hosts);
        socket.write(head + body);
        // Sometimes before the change is begun, sometimes in the middle of it, sometimes after it.
        await sleep((hosts * 7) % 23);
        socket.destroy();
        await changeAgain(one, hosts);
      }
    }
    const acknowledged = new Map(customers.map(({ accountId }) => [accountId, rounds]));
    await expectKept(server, customers, { acknowledged });
  });
});

async function changeAgain({ accountId, token }: Customer, hosts: number): Promise<void> {
  for (;;) {
    const { status } = await server.wire("PUT", `/accounts/${accountId}/plans/addons`, {
      token,
      body: { type: "zroom_monthly", hosts },
      headers: { "idempotency-key": `${accountId}-${hosts}` },
    });
    if (status === 204) return;
    // The first request is still being worked on.
    expect(status).toBe(409);
    await sleep(50);
  }
}

describe("a server that may open 200 files", () => {
  it("goes on with the connections that it has, and with all when there is room again", async () => {
    const through = ["bash", "-c", 'ulimit -n 200; exec "$@"', "-"];
    const small = await serve({ databaseUrl: database.url, through });
    const call = () => small.wire("GET", "/accounts/me/plans").then(({ status }) => status);
    expect(await call()).toBe(200);
    const { hostname, port } = new URL(small.origin);
    const sockets = Array.from({ length: 400 }, () => connect(Number(port), hostname));
    for (const socket of sockets) socket.on("error", () => undefined);
    await sleep(2_000);
    const statuses = await Promise.all(Array.from({ length: 20 }, () => call().catch(() => 0)));
    // 0: no connection was to be had.
    expect(statuses.filter((status) => ![0, 200, 503].includes(status))).toEqual([]);
    for (const socket of sockets) socket.destroy();
    await sleep(500);
    expect(await call()).toBe(200);
    expect(small.output()).not.toContain("A request failed");
    await small.kill("SIGTERM");
  });
});

describe.skipIf(filesAllowed < FILES_NEEDED)(`${IDLE_CONNECTIONS} idle connections`, () => {
  it("cost little memory and hold nobody up", async () => {
    const before = server.memory();
    const sockets: Socket[] = [];
    while (sockets.length < IDLE_CONNECTIONS) {
      const some = await Promise.all(Array.from({ length: 250 }, open));
      // Each has had an answer: it is kept alive for its next request.
      for (const socket of some) socket.write("GET /healthz HTTP/1.1\r\nhost: paymaster\r\n\r\n");
      await Promise.all(some.map((socket) => once(socket, "data")));
      sockets.push(...some);
    }
    const begunMs = performance.now();
    const answer = await server.wire("GET", "/accounts/me/plans");
    const tookMs = performance.now() - begunMs;
    expect(answer.status).toBe(200);
    const grown = (server.memory() - before) / MEGABYTE;
    console.log(
      `${IDLE_CONNECTIONS} idle connections: ${grown.toFixed(0)} MB, a call took ${tookMs.toFixed(0)} ms`,
    );
    expect(grown).toBeLessThan(250);
    for (const socket of sockets) socket.destroy();
  });
});
if (filesAllowed < FILES_NEEDED) {
  console.warn(
    `Skipped: ${IDLE_CONNECTIONS} connections need ulimit -Hn ${FILES_NEEDED}, not ${filesAllowed}.`,
  );
}
