/**
 * The built client in Node, Bun, Deno and Chromium against a fresh server: the outcomes must be the same.
 * Bun and Deno come from the npm registry, Chromium is the system's (PAYMASTER_CHROMIUM names another). What cannot be
 * had is said and left out; with --all that is a failure.
 * Run: npm run build && node scripts/test-runtimes.mjs [--all]
 */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { makeDataDir, startServer } from "./built-server.mjs";
import { runInBrowser, startPage } from "./runtimes/browser.mjs";

const MAIN = fileURLToPath(new URL("./runtimes/main.mjs", import.meta.url));
const RUNTIMES = ["bun@1.4.5", "deno@2.9.6"];
const CHROMIUM = process.env.PAYMASTER_CHROMIUM ?? "chromium";

const data = await makeDataDir();
const tools = await mkdtemp(join(tmpdir(), "paymaster-runtimes-"));
const page = await startPage();
// Whoever gives up resets the connection.
const silent = createServer((socket) => socket.on("error", () => {})).listen(0, "127.0.0.1");
try {
  const options = ["--empty", "--test-clock", "2021-06-01", "--cors-origins", page.origin];
  const server = await startServer(data.dir, options);
  const outcomes = new Map();
  const missing = [];
  for (const [name, run] of await runtimes()) {
    if (run === undefined) missing.push(name);
    else outcomes.set(name, await run(inputFor(name, server)));
  }
  await server.stop();
  const expected = outcomes.get("node");
  for (const [name, found] of outcomes) {
    assert.deepEqual(found, expected, `${name} differs from node`);
    console.log(`${name}: ${Object.keys(found).length} outcomes as in node`);
  }
  for (const name of missing) console.log(`${name}: could not be had`);
  if (missing.length > 0 && process.argv.includes("--all")) process.exitCode = 1;
} finally {
  silent.close();
  await page.stop();
  await rm(tools, { recursive: true, force: true });
  await data.remove();
}
process.exit();

function inputFor(name, { credentials }) {
  const silentUrl = `http://127.0.0.1:${silent.address().port}/v2`;
  // Browsers refuse some ports before they try: 9 would be no failure of a connection.
  return { credentials, silentUrl, closedUrl: "http://127.0.0.1:10001/v2", name };
}

async function runtimes() {
  await writeFile(join(tools, "package.json"), '{"private":true}');
  const line = ["install", "--no-audit", "--no-fund", "--prefix", tools, ...RUNTIMES];
  const hasTools = spawnSync("npm", line, { stdio: "ignore" }).status === 0;
  const bin = (name) => join(tools, "node_modules", ".bin", name);
  const inProcess = (command, args) => (input) => runProcess(command, [...args, MAIN], input);
  const isThere = (command) => spawnSync(command, ["--version"]).status === 0;
  const bun = hasTools && isThere(bin("bun")) ? inProcess(bin("bun"), []) : undefined;
  const denoArgs = ["run", "--allow-net", "--allow-read", "--allow-env"];
  const deno = hasTools && isThere(bin("deno")) ? inProcess(bin("deno"), denoArgs) : undefined;
  const chromium = spawnSync("which", [CHROMIUM], { encoding: "utf8" }).stdout.trim();
  return [
    ["node", inProcess(process.execPath, [])],
    ["bun", bun],
    ["deno", deno],
    [
      "chromium",
      chromium === "" ? undefined : (input) => runInBrowser(page.origin, chromium, input),
    ],
  ];
}

function runProcess(command, args, input) {
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
  child.stdin.end(JSON.stringify(input));
  let output = "";
  child.stdout.on("data", (chunk) => {
    output += chunk;
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0) resolve(JSON.parse(output));
      else reject(new Error(`${command} ended with ${code}`));
    });
  });
}
