import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { describe, expect, it, onTestFinished } from "vitest";
import { json, startPeer } from "../../client/test/support/peer.js";
import { textOf } from "./support/connect.js";

const SEED = fileURLToPath(new URL("fixtures/seed-001.json", import.meta.url));
const PAYMASTER = fileURLToPath(new URL("../../cli/bin/paymaster.js", import.meta.url));

/** `paymaster mcp` as an assistant starts it, with the SDK's own client. */
async function start(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [PAYMASTER, "mcp", ...args],
    env: { PATH: process.env.PATH ?? "", ...env },
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
  return { assistant, strays, stderr: () => stderr };
}

async function seedAt(baseUrl: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "paymaster-mcp-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
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

  it("ends by itself when the assistant has gone", () => {
    const run = spawnSync(process.execPath, [PAYMASTER, "mcp", "--config", SEED], {
      env: { PATH: process.env.PATH, API_KEY: "k" },
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
