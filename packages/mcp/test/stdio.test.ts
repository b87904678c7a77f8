import { spawnSync } from "node:child_process";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { describe, expect, it, onTestFinished } from "vitest";
import { paymaster } from "../../cli/test/support/run.js";
import { documentWithPreview, json, startPeer } from "../../client/test/support/peer.js";
import { emptyFolder, textOf } from "./support/connect.js";
import { preview } from "./support/preview.js";

const SEED = fileURLToPath(new URL("fixtures/seed-001.json", import.meta.url));
const PAYMASTER = fileURLToPath(new URL("../../cli/bin/paymaster.js", import.meta.url));

/** `paymaster mcp` as an assistant starts it, with the SDK's own client. */
async function start(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const state = emptyFolder();
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [PAYMASTER, "mcp", ...args],
    env: { PATH: process.env.PATH ?? "", PAYMASTER_STATE_DIR: state, ...env },
    stderr: "pipe",
  });
  let stderr = "";
  transport.stderr?.on("data", (chunk: Buffer) => {
    stderr += chunk.toString("utf8");
  });
  const assistant = new Client({ name: "test", version: "1" });
  // Anything on standard output that is not the protocol arrives here.
  const strays: Error[] = [];
  assistant.onerror = (error) => strays.push(error);
  onTestFinished(() => assistant.close());
  await assistant.connect(transport);
  return { assistant, strays, stderr: () => stderr, state };
}

async function seedAt(baseUrl: string): Promise<string> {
  const folder = emptyFolder();
  const config = JSON.parse(readFileSync(SEED, "utf8")) as { server: { url: string } };
  config.server.url = baseUrl;
  const file = join(folder, "billing.json");
  writeFileSync(file, JSON.stringify(config));
  return file;
}

const usage = { plan_base: { type: "monthly", hosts: 2, usage: 1 } };

describe("paymaster mcp over standard input and output", () => {
  it("takes seed 001 unchanged: its tools are listed, and without a key nothing is sent", async () => {
    const { assistant, strays, stderr } = await start(["--config", SEED]);
    const { tools } = await assistant.listTools();
    expect(tools.map(({ name }) => name)).toContain("get_plan_usage");
    expect(tools.every(({ annotations }) => annotations?.readOnlyHint === true)).toBe(true);
    const name = "get_plan_usage";
    const result = await assistant.callTool({ name, arguments: { accountId: "me" } });
    expect(result.isError).toBe(true);
    expect(textOf(result)).toContain("API_KEY is not set");
    expect(stderr()).toContain("API_KEY is not set");
    expect(strays).toEqual([]);
    expect(assistant.getServerVersion()?.name).toBe("paymaster");
  });

  it("carries a call to the service and the answer back", async () => {
    const peer = await startPeer((_, response) => json(response, 200, usage));
    const { assistant } = await start(["--config", await seedAt(peer.baseUrl)], { API_KEY: "k" });
    await assistant.listTools();
    const name = "get_plan_usage";
    const result = await assistant.callTool({ name, arguments: { accountId: "me" } });
    expect(result.structuredContent).toEqual(usage);
    expect(peer.requests[0]?.headers.authorization).toBe("Bearer k");
  });

  it("takes the configuration from CONFIG_PATH or CONFIG, and SECURITY on top", async () => {
    const peer = await startPeer((_, response) => json(response, 200, usage));
    const file = await seedAt(peer.baseUrl);
    const SECURITY = JSON.stringify({
      type: "apiKey",
      schema_parameters: { in: "header", name: "X-Key" },
      value: "other",
    });
    const variables = [
      { CONFIG_PATH: file, API_KEY: "k" },
      { CONFIG: readFileSync(file, "utf8"), SECURITY },
    ];
    for (const env of variables) {
      const { assistant } = await start([], env as unknown as Record<string, string>);
      await assistant.callTool({ name: "account_plans", arguments: { accountId: "me" } });
      await assistant.close();
    }
    expect(peer.requests[0]?.headers.authorization).toBe("Bearer k");
    expect(peer.requests[1]?.headers["x-key"]).toBe("other");
    expect(peer.requests[1]?.headers.authorization).toBeUndefined();
  });

  it("offers all thirteen tools with --allow-writes", async () => {
    const { assistant } = await start(["--config", SEED, "--allow-writes"]);
    expect((await assistant.listTools()).tools).toHaveLength(13);
  });

  it("does without a configuration where the command line has its credentials", async () => {
    const peer = await startPeer((_, response) => json(response, 200, usage));
    const { assistant } = await start([], {
      PAYMASTER_TOKEN: "t",
      PAYMASTER_BASE_URL: peer.baseUrl,
    });
    expect((await assistant.listTools()).tools.map(({ name }) => name)).toContain("account_plans");
    await assistant.callTool({ name: "account_plans", arguments: { accountId: "me" } });
    expect(peer.requests[0]?.headers.authorization).toBe("Bearer t");
  });

  it("writes every call to the audit file, and its key nowhere", async () => {
    const peer = await startPeer((_, response) => json(response, 200, usage));
    const file = join(emptyFolder(), "calls.jsonl");
    const config = await seedAt(peer.baseUrl);
    const key = "k-0123456789";
    const { assistant, state } = await start(["--config", config, "--audit", file], {
      API_KEY: key,
    });
    const name = "get_plan_usage";
    await assistant.callTool({ name, arguments: { accountId: "me" } });
    await assistant.callTool({ name, arguments: { accountId: key } });
    await assistant.callTool({ name, arguments: {} });
    await assistant.callTool({ name: "no_such_tool" }).catch(() => undefined);
    const text = readFileSync(file, "utf8");
    const outcomes = text
      .trim()
      .split("\n")
      .map((line) => (JSON.parse(line) as { outcome: string }).outcome);
    expect(outcomes).toEqual(["ok", "ok", "refused", "error"]);
    expect(text).not.toContain(key);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const other = await start(["--config", config], { API_KEY: key, PAYMASTER_STATE_DIR: state });
    await other.assistant.callTool({ name, arguments: { accountId: "me" } });
    expect(statSync(join(state, "mcp-audit.jsonl")).mode & 0o777).toBe(0o600);
  });

  it("keeps a limit per day over a restart", async () => {
    const peer = await startPeer((request, response) => {
      const date = { date: "Tue, 01 Jun 2021 10:00:00 GMT" };
      if (request.url === "/openapi.json") {
        json(response, 200, documentWithPreview("post", "/accounts/{accountId}/plans/addons"));
      } else if (request.headers.prefer === "preview") json(response, 200, preview, date);
      else json(response, 201, undefined, date);
    });
    const config = await seedAt(peer.baseUrl);
    const args = ["--config", config, "--allow-writes", "--max-per-day", "150"];
    const env = { API_KEY: "k", PAYMASTER_STATE_DIR: emptyFolder() };
    const name = "account_plan_addon_create";
    const order = { accountId: "a", body: { type: "large500_monthly", hosts: 2 } };
    const first = await start(args, env);
    const shown = await first.assistant.callTool({ name, arguments: order });
    const { confirmation } = shown.structuredContent as { confirmation: string };
    const done = await first.assistant.callTool({ name, arguments: { ...order, confirmation } });
    expect(done.structuredContent).toMatchObject({ status: "done" });
    await first.assistant.close();
    const second = await start(args, env);
    const refused = await second.assistant.callTool({ name, arguments: order });
    expect(textOf(refused)).toContain("of 150.00 USD for 2021-06-01, 100.00 USD are spent");
  });

  it("plans quotas with what was counted before: a call that had to wait says until when", async () => {
    const peer = await startPeer((_, response) => {
      const quota = { "x-ratelimit-limit": "6", "x-ratelimit-remaining": "5" };
      json(response, 200, { currency: "USD", invoices: [] }, quota);
    });
    const args = ["--config", await seedAt(peer.baseUrl)];
    const env = { API_KEY: "k", PAYMASTER_STATE_DIR: emptyFolder() };
    const request = { name: "account_billing_invoices", arguments: { accountId: "a" } };
    const first = await start(args, env);
    expect((await first.assistant.callTool(request)).isError).toBeFalsy();
    await first.assistant.close();
    const { assistant } = await start(args, env);
    // The service's answer to anything shows that it has quotas.
    await assistant.callTool({ name: "account_billing", arguments: { accountId: "a" } });
    const held = await assistant.callTool(request);
    expect(held.isError).toBe(true);
    expect(textOf(held)).toMatch(/nothing was sent. It reopens at \S+Z, 5 min from now/);
    expect(peer.requests).toHaveLength(2);
    const other = { ...request, arguments: { accountId: "b" } };
    expect((await assistant.callTool(other)).isError).toBeFalsy();
  });

  it.each(["a credentials file", "the same key", "a client"])(
    "counts together with the command line, by %s",
    async (how) => {
      const peer = await startPeer((request, response) => {
        if (request.url.startsWith("/oauth/token")) {
          return json(response, 200, { access_token: "t", token_type: "bearer", expires_in: 3600 });
        }
        const quota = { "x-ratelimit-limit": "6", "x-ratelimit-remaining": "5" };
        return json(response, 200, { currency: "USD", invoices: [] }, quota);
      });
      const token_url = `${peer.origin}/oauth/token`;
      const client = { token_url, account_id: "acc", client_id: "id", client_secret: "secret" };
      const PAYMASTER_CREDENTIALS = join(emptyFolder(), "credentials.json");
      const members = { base_url: peer.baseUrl, api_key: "k", ...client };
      writeFileSync(PAYMASTER_CREDENTIALS, JSON.stringify(members), { mode: 0o600 });
      const oauth2 = {
        type: "oauth2",
        schema_parameters: { token_url, account_id: "acc" },
        value: "id:secret",
      };
      const CONFIG = readFileSync(await seedAt(`${peer.baseUrl}/`), "utf8");
      const [assistantEnv, commandEnv] = {
        "a credentials file": [{ PAYMASTER_CREDENTIALS }, { PAYMASTER_CREDENTIALS }],
        "the same key": [
          { CONFIG, API_KEY: "k" },
          { PAYMASTER_TOKEN: "k", PAYMASTER_BASE_URL: peer.baseUrl },
        ],
        "a client": [{ CONFIG, SECURITY: JSON.stringify(oauth2) }, { PAYMASTER_CREDENTIALS }],
      }[how] as [Record<string, string>, Record<string, string>];
      const state = { PAYMASTER_STATE_DIR: emptyFolder() };
      const { assistant } = await start([], { ...assistantEnv, ...state });
      const request = { name: "account_billing_invoices", arguments: { accountId: "a" } };
      const answer = await assistant.callTool(request);
      expect(answer.isError, textOf(answer)).toBeFalsy();
      await assistant.close();
      const { code, stderr } = await paymaster(["billing", "invoices", "a"], {
        env: { ...commandEnv, ...state },
      });
      expect([code, stderr]).toEqual([5, expect.stringContaining("was not sent")]);
      expect(peer.requests.filter(({ url }) => url.includes("/invoices"))).toHaveLength(1);
    },
  );

  it("holds nothing back where the service shows no quotas", async () => {
    const peer = await startPeer((_, response) => json(response, 200, { invoices: [] }));
    const { assistant } = await start(["--config", await seedAt(peer.baseUrl)], { API_KEY: "k" });
    const request = { name: "account_billing_invoices", arguments: { accountId: "a" } };
    for (let count = 0; count < 3; count += 1) {
      expect((await assistant.callTool(request)).isError).toBeFalsy();
    }
  });

  it("ends by itself when the assistant has gone", () => {
    const run = spawnSync(process.execPath, [PAYMASTER, "mcp", "--config", SEED], {
      env: { PATH: process.env.PATH, API_KEY: "k", PAYMASTER_STATE_DIR: emptyFolder() },
      input: "",
      encoding: "utf8",
      timeout: 15_000,
    });
    expect(run).toMatchObject({ status: 0, signal: null, stdout: "" });
  });

  it.each([
    [["--config", "/nowhere/billing.json"], {}, /ENOENT|no such file/],
    [[], { CONFIG: '{"server":{}}' }, /server\.url/],
    [[], { CONFIG: "{}", SECURITY: "x" }, /CONFIG cannot be used/],
    [["--profile", "2023"], {}, /2021 or 2026/],
    [["--config", SEED, "--max-per-day", "a lot"], {}, /--max-per-day: expected amounts/],
    [["--config", SEED, "--max-per-week", "5"], {}, /max-per-week/],
    [[], {}, /no configuration/],
  ])("refuses to start with %j and %j", (args, env, expected) => {
    const run = spawnSync(process.execPath, [PAYMASTER, "mcp", ...args], {
      cwd: tmpdir(),
      env: { PATH: process.env.PATH, ...env },
      encoding: "utf8",
      timeout: 15_000,
    });
    expect(run.status).toBe(2);
    expect(run.stderr).toMatch(expected);
    expect(run.stdout).toBe("");
  });
});

describe("credentials of a configuration", () => {
  const operations = [{ name: "get_plan_usage", description: "Ours." }];
  const variants = [
    ["the query", { type: "apiKey", schema_parameters: { in: "query" } }],
    ["a cookie", { type: "apiKey", schema_parameters: { in: "cookie", name: "session" } }],
    ["http basic", { type: "http", schema_parameters: { scheme: "basic" } }],
    [
      "OAuth by client and secret",
      { type: "oauth2", schema_parameters: { token_url: "TOKEN_URL", account_id: "acc" } },
    ],
  ] as const;
  const value = "user:s&cret/1";

  it.each(variants)("travel in %s, and reach neither logs nor audit", async (how, entry) => {
    const peer = await startPeer((request, response) => {
      if (!request.url.startsWith("/oauth/token")) return json(response, 200, usage);
      const token = { access_token: "granted-token", token_type: "bearer", expires_in: 3600 };
      json(response, 200, token);
    });
    const text = JSON.stringify({
      server: { url: peer.baseUrl },
      authentication: [{ ...entry, value: `\${BILLING_KEY}` }],
      operations,
    }).replace("TOKEN_URL", `${peer.origin}/oauth/token`);
    const { assistant, stderr, state } = await start([], { CONFIG: text, BILLING_KEY: value });
    const { tools } = await assistant.listTools();
    expect(tools.map(({ name, description }) => [name, description])).toEqual([
      ["get_plan_usage", "Ours."],
    ]);
    const name = "get_plan_usage";
    const result = await assistant.callTool({ name, arguments: { accountId: "me" } });
    expect(result.isError, textOf(result)).toBeFalsy();
    const seen = peer.requests.at(-1);
    const carried = {
      "the query": seen?.url.endsWith(`?access_token=${encodeURIComponent(value)}`),
      "a cookie": seen?.headers.cookie === `session=${value}`,
      "http basic": seen?.headers.authorization === `Basic ${btoa(value)}`,
      "OAuth by client and secret":
        seen?.headers.authorization === "Bearer granted-token" &&
        peer.requests[0]?.headers.authorization === `Basic ${btoa(value)}`,
    };
    expect(carried[how]).toBe(true);
    const audit = readFileSync(join(state, "mcp-audit.jsonl"), "utf8");
    for (const written of [stderr(), audit]) {
      expect(written).not.toContain("s&cret");
      expect(written).not.toContain(encodeURIComponent(value));
    }
    await expect(assistant.callTool({ name: "account_plans" })).rejects.toThrow(/no tool/);
  });
});
