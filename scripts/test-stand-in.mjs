/**
 * The client and the command line against a stand-in that is made from the public OpenAPI document alone: each
 * operation's result and each documented error, also those under HTTP 200 and 300, so that they do not merely
 * agree with our own server. Needs the npm registry for the document, or a copy of it as a file.
 * Run: npm run build && node scripts/test-stand-in.mjs [FILE]
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ApiError, bearerToken, createClient, PaymasterError } from "@paymaster/client";
import { operations as contract } from "@paymaster/contract";
import { fetchDocument, operationsOf, sampleOf } from "./stand-in/document.mjs";
import { startStandIn } from "./stand-in/server.mjs";

const BIN = fileURLToPath(new URL("../packages/cli/bin/paymaster.js", import.meta.url));
const REFUSED = 4;

const ids = new Set(Object.values(contract).map(({ id }) => id));
const documented = operationsOf(await fetchDocument(process.argv[2]), ids);
const operations = Object.values(contract).map((operation) => {
  const found = documented.get(operation.id);
  assert.ok(found, `the document has no operation ${operation.id}`);
  assert.equal(`${found.method} ${found.path}`, `${operation.method} ${operation.path}`);
  return { ...found, tool: operation.tool };
});
const standIn = await startStandIn(new Map(operations.map((one) => [one.id, one])));
const folder = await mkdtemp(join(tmpdir(), "paymaster-stand-in-cli-"));
const client = createClient({
  baseUrl: standIn.baseUrl,
  authentication: bearerToken("stand-in"),
});
const counts = { results: 0, errors: 0, named: 0, commands: 0 };
const unnamed = [];
try {
  for (const operation of operations) {
    await checkResult(operation);
    for (const error of operation.errors) await checkError(operation, error);
    await checkCommand(operation);
  }
} finally {
  await standIn.stop();
  await rm(folder, { recursive: true, force: true });
}
console.log(
  `${operations.length} operations: ${counts.results} results, ${counts.errors} documented errors ` +
    `(${counts.named} known by name), ${counts.commands} runs of the command`,
);
for (const text of unnamed) console.log(`  not known by name: ${text}`);

function inputOf({ path, body }) {
  const names = Array.from(path.matchAll(/\{(\w+)\}/g), ([, name]) => [name, `a ${name}/ü`]);
  const input = Object.fromEntries(names);
  return body === undefined ? input : { ...input, body: sampleOf(body) };
}

async function checkResult(operation) {
  const { status, data } = await client.request(operation.tool, inputOf(operation));
  assert.deepEqual(standIn.seen(), { id: operation.id, problems: [] });
  assert.equal(status, operation.success.status);
  if (operation.path.startsWith("/api/download/")) {
    assert.match(new TextDecoder().decode(await data.bytes()), /^%PDF-/);
  } else assert.deepEqual(data, operation.success.example, operation.id);
  counts.results += 1;
}

async function checkError(operation, error) {
  standIn.failNext(error);
  const caught = await client.request(operation.tool, inputOf(operation)).catch((reason) => reason);
  assert.ok(caught instanceof ApiError, `${operation.id}: ${String(caught)}`);
  assert.ok(caught instanceof PaymasterError);
  const { status, code, message, errorName } = caught;
  assert.deepEqual({ status, code, message }, error);
  counts.errors += 1;
  if (errorName === undefined) unnamed.push(`${operation.id} ${code} ${message}`);
  else counts.named += 1;
}

/** Once with success, and once for each HTTP status of an error. */
async function checkCommand(operation) {
  const { body, ...path } = inputOf(operation);
  const args = [operation.id === "accounts" ? "accounts" : operation.tool, ...Object.values(path)];
  const line = body === undefined ? args : [...args, "--data", "-"];
  const isFile = operation.path.startsWith("/api/download/");
  const run = () => paymaster(isFile ? [...line, "--output", "-"] : [...line, "--json"], body);
  const done = await run();
  assert.equal(done.code, 0, `${line.join(" ")}: ${done.stderr}`);
  assert.deepEqual(standIn.seen(), { id: operation.id, problems: [] });
  if (!isFile && operation.success.example !== undefined) {
    assert.deepEqual(JSON.parse(done.stdout), operation.success.example);
  }
  const byStatus = new Map(operation.errors.map((error) => [error.status, error]));
  for (const error of byStatus.values()) {
    standIn.failNext(error);
    const failed = await run();
    assert.equal(failed.code, REFUSED, failed.stderr);
    assert.ok(failed.stderr.includes(JSON.stringify(error.message).slice(1, -1)), failed.stderr);
  }
}

function paymaster(args, body) {
  counts.commands += 1;
  const child = spawn(process.execPath, [BIN, ...args], {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      PAYMASTER_TOKEN: "stand-in",
      PAYMASTER_BASE_URL: standIn.baseUrl,
      // Quotas are counted in it: each run begins anew.
      PAYMASTER_STATE_DIR: join(folder, String(counts.commands)),
    },
  });
  child.stdin.end(body === undefined ? "" : JSON.stringify(body));
  const [out, err] = [[], []];
  child.stdout.on("data", (chunk) => out.push(chunk));
  child.stderr.on("data", (chunk) => err.push(chunk));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      const [stdout, stderr] = [out, err].map((chunks) => Buffer.concat(chunks).toString("utf8"));
      resolve({ code, stdout, stderr });
    });
  });
}
