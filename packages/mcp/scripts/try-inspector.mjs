/**
 * Tries the MCP server with the command line of the MCP Inspector, over both transports, against a
 * fresh server: `node packages/mcp/scripts/try-inspector.mjs` in the built checkout. The Inspector is
 * not a dependency: npx fetches it. It asks for Node 22.19 or newer; its command line runs on 20 too.
 */
import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { makeDataDir, startServer } from "../../../scripts/built-server.mjs";

const INSPECTOR = "@modelcontextprotocol/inspector@2.12.0";
const COMMAND = fileURLToPath(new URL("../../cli/bin/paymaster.js", import.meta.url));
const SEED = fileURLToPath(new URL("../test/fixtures/seed-001.json", import.meta.url));
const LIMIT_MS = 180_000;
/** The Inspector's exit code for a tool whose result says that it failed. */
const TOOL_FAILED = 5;

/** @returns the Inspector's exit code and what it printed */
function inspect(args, target) {
  const line = ["--yes", INSPECTOR, "--cli", ...args, ...target];
  const child = spawn("npx", line, { stdio: ["ignore", "pipe", "pipe"], timeout: LIMIT_MS });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  return new Promise((resolve) => {
    child.once("close", (code) => resolve({ code, stdout, stderr }));
  });
}

let failures = 0;

/** Prints one line for each thing tried, and the rest where it failed. */
async function check(what, args, target, expected, expectedCode = 0) {
  const { code, stdout, stderr } = await inspect(args, target);
  const problem = code === expectedCode ? expected(stdout) : `exit code ${code}`;
  console.log(`${problem === undefined ? "ok  " : "FAIL"} ${what}`);
  if (problem === undefined) return stdout;
  failures += 1;
  console.log(`     ${problem}\n${stdout.slice(0, 2_000)}\n${stderr.slice(-2_000)}`);
  return stdout;
}

const contains =
  (...texts) =>
  (output) => {
    const missing = texts.filter((text) => !output.includes(text));
    return missing.length === 0 ? undefined : `misses ${missing.join(", ")}`;
  };

const call = (tool, args) => [
  "--method",
  "tools/call",
  "--tool-name",
  tool,
  ...Object.entries(args).flatMap(([name, value]) => [
    "--tool-arg",
    `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`,
  ]),
];

async function tryTransport(name, target, write) {
  const seedTools = Object.values(
    (await import(SEED, { with: { type: "json" } })).default.operations,
  ).map((operation) => `"${operation.name}"`);
  await check(
    `${name}: tools/list, strictly`,
    ["--strict", "--method", "tools/list"],
    target,
    contains(...seedTools),
  );
  await check(
    `${name}: a reading tool`,
    call("get_plan_usage", { accountId: "me" }),
    target,
    contains('"plan_base"', '"structuredContent"'),
  );
  await check(
    `${name}: arguments that do not fit`,
    call("get_plan_usage", { account: "me" }),
    target,
    contains("do not fit the tool", '"isError": true'),
    TOOL_FAILED,
  );
  await check(
    `${name}: resources/list`,
    ["--method", "resources/list"],
    target,
    contains("paymaster://fleet"),
  );
  await check(
    `${name}: resources/templates/list`,
    ["--method", "resources/templates/list"],
    target,
    contains("paymaster://accounts/{accountId}"),
  );
  await check(
    `${name}: the fleet report`,
    ["--method", "resources/read", "--uri", "paymaster://fleet"],
    target,
    contains("idle_cost_per_month", "accounts_total"),
  );
  await check(
    `${name}: prompts/list`,
    ["--method", "prompts/list"],
    target,
    contains("why_did_this_invoice_change"),
  );
  await check(
    `${name}: prompts/get`,
    ["--method", "prompts/get", "--prompt-name", "what_renews_next"],
    target,
    contains("renewals"),
  );
  await check(
    `${name}: logging/setLevel`,
    ["--method", "logging/setLevel", "--log-level", "debug"],
    target,
    contains("{"),
  );
  const shown = await check(
    `${name}: a change is shown first`,
    call(...write),
    target,
    contains("confirmation_required", "To pay now"),
  );
  return /"confirmation": "([^"]+)"/.exec(shown)?.[1];
}

const data = await makeDataDir();
const folder = await mkdtemp(join(tmpdir(), "paymaster-inspector-"));
try {
  const server = await startServer(data.dir, ["--demo", "--rate-limits", "off"]);
  const { base_url, api_key } = server.credentials;
  const { default: seed } = await import(SEED, { with: { type: "json" } });
  const config = join(folder, "billing.json");
  await writeFile(config, JSON.stringify({ ...seed, server: { url: base_url } }));
  const accounts = await fetch(`${base_url}/accounts`, {
    headers: { authorization: `Bearer ${api_key}` },
  });
  const paying = (await accounts.json()).accounts.find((one) => one.account_type === "Business");
  const tool = "account_plan_addon_create";
  const order = { accountId: paying.id, body: { type: "webinar1000_monthly", hosts: 1 } };

  const environment = { CONFIG_PATH: config, API_KEY: api_key, PAYMASTER_STATE_DIR: folder };
  const stdio = [
    ...Object.entries(environment).flatMap(([name, value]) => ["-e", `${name}=${value}`]),
    "--",
    process.execPath,
    COMMAND,
    "mcp",
    "--allow-writes",
  ];
  await tryTransport("stdio", stdio, [tool, order]);

  const http = [
    "--header",
    `Authorization: Bearer ${api_key}`,
    "--transport",
    "http",
    `${server.origin}/mcp?allow_writes=true&max_per_day=5000USD`,
  ];
  const confirmation = await tryTransport("http", http, [tool, order]);
  await check(
    "http: and carried out after a yes",
    call(tool, { ...order, confirmation }),
    http,
    contains('"status": "done"'),
  );
  await server.stop();
} finally {
  await data.remove();
  await rm(folder, { recursive: true, force: true });
}
console.log(failures === 0 ? "All of it works." : `${failures} failed.`);
process.exitCode = failures === 0 ? 0 : 1;
