/**
 * What must not leave: secrets in the database, and secrets or anybody's data in the log. A server as it is
 * shipped logs everything that it can while every operation is called with marked values, rightly and wrongly.
 */
import { operationList } from "@paymaster/contract";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exchange, FINE_BODIES } from "../errors/raw.js";
import { NO_INVOICE, newOwner, PRO, Stage } from "../errors/stage.js";
import { operationsOfOperator } from "../fuzz/operations.js";
import { type ServerProcess, startServerProcess } from "../support/server-process.js";

/** In names, addresses, emails, queries and paths of the callers. */
const MARK = "Zxq7Marked";
const PASSWORD = `Long-${MARK}-9`;

let server: ServerProcess;
let stage: Stage;
const secrets: string[] = [PASSWORD];

beforeAll(async () => {
  server = await startServerProcess("2021", ["--request-log", "all"]);
  stage = Stage.on(server);
  const { api_key, admin_key, client_secret, client_id, account_id, token_url } =
    server.credentials;
  const basic = Buffer.from(`${client_id}:${client_secret}`).toString("base64");
  const granted = await fetch(token_url, {
    method: "POST",
    headers: { authorization: `Basic ${basic}` },
    body: new URLSearchParams({ grant_type: "account_credentials", account_id }),
  });
  const { access_token } = (await granted.json()) as { access_token: string };
  secrets.push(api_key, admin_key, client_secret, basic, access_token);
  await callEverything(access_token);
});
afterAll(() => server.stop());

async function callEverything(accessToken: string): Promise<void> {
  const account = await stage.free(marked());
  const paid = await stage.paid(PRO);
  for (const { method, path, tool } of operationList) {
    const at = path.replace("{accountId}", paid).replace("{invoiceId}", NO_INVOICE);
    const body = JSON.stringify({ ...marked(), ...FINE_BODIES[tool] });
    for (const token of [accessToken, `${MARK}-token`]) {
      await exchange(stage, { method, path: `/v2${at}?email=${MARK}`, body, token });
    }
    await exchange(stage, { method, path: `/v2${path.replace("{accountId}", MARK)}`, body: MARK });
  }
  for (const { method, path } of await operationsOfOperator()) {
    const at = path.replace("{accountId}", account).replace(/\{\w+\}/, MARK);
    const body = JSON.stringify({ account_name: MARK, email: `${MARK}@quay.example` });
    const token = server.credentials.admin_key;
    await exchange(stage, { method, path: `${at}?account_id=${MARK}`, token, body });
  }
  await exchange(stage, {
    method: "POST",
    path: `/oauth/token?client_secret=${MARK}`,
    body: `client_id=${MARK}`,
  });
}

const marked = () =>
  newOwner({
    first_name: MARK,
    last_name: MARK,
    email: `${MARK}@quay.example`,
    password: PASSWORD,
  });

it("is worth something: every operation was called, and its answer logged", () => {
  const lines = server.logged.filter(({ message }) => message === "request");
  const routes = new Set(lines.map(({ method, route }) => `${method} ${route}`));
  for (const { method, path } of operationList) {
    expect(routes).toContain(`${method} /v2${path.replace(/\{(\w+)\}/g, ":$1")}`);
  }
  const { account_id: account } = server.credentials;
  expect(lines).toContainEqual(expect.objectContaining({ status: 200, account }));
  expect(lines).toContainEqual(expect.objectContaining({ status: 401 }));
});

describe("the whole output of the server", () => {
  it("has no secret", () => {
    for (const secret of secrets) expect(server.output()).not.toContain(secret);
  });

  it("has nothing that a caller wrote: no name, address, query, path or token", () => {
    expect(server.output()).not.toContain(MARK);
    expect(server.output()).not.toContain("@quay.example");
  });
});

describe("the database", () => {
  it("has no secret in any row of any table: only hashes", async () => {
    const db = new pg.Client(server.databaseUrl);
    await db.connect();
    try {
      const { rows: tables } = await db.query(
        "select tablename as name from pg_tables where schemaname = 'public'",
      );
      expect(tables.length).toBeGreaterThan(20);
      for (const { name } of tables) {
        const { rows } = await db.query(`select t::text as row from "${name}" t`);
        const text = rows.map(({ row }) => row).join("\n");
        for (const secret of secrets) {
          expect([name, text.includes(secret)]).toEqual([name, false]);
        }
      }
    } finally {
      await db.end();
    }
  });
});
