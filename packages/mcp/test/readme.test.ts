/** The README's configurations, tried as written apart from the two paths. */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { describe, expect, it, onTestFinished } from "vitest";
import { startPaymaster } from "../../client/test/support/paymaster.js";
import { parseConfig } from "../src/config.js";
import { StreamableHTTPClientTransport } from "./support/http-transport.js";

const CHECKOUT = fileURLToPath(new URL("../../..", import.meta.url)).replace(/\/$/, "");
const PAYMASTER = fileURLToPath(new URL("../../cli/bin/paymaster.js", import.meta.url));
const README = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const blocks = Array.from(README.matchAll(/```json\n([\s\S]*?)```/g), ([, text = ""]) => text);
const config = blocks.find((text) => text.includes('"operations"')) ?? "";

interface Launch {
  readonly command: string;
  readonly args: string[];
  readonly env: Record<string, string>;
  readonly url?: string;
  readonly headers?: Record<string, string>;
}

function launchesIn(text: string): Launch[] {
  const { mcpServers, servers } = JSON.parse(text) as Record<string, Record<string, Launch>>;
  return Object.values(mcpServers ?? servers ?? {});
}

const entries = blocks.filter((text) => text !== config).flatMap(launchesIn);
const launches = entries.filter(({ command }) => command !== undefined);
const [remote] = entries.filter(({ url }) => url !== undefined);

describe("the README", () => {
  it("shows a configuration that is accepted", () => {
    const names = parseConfig(config, "README").operations.map(({ name }) => name);
    expect(names).toEqual(["get_plan_usage", "account_billing_invoices"]);
  });

  it("shows two ways to start the server from an assistant's file", () => {
    expect(launches).toHaveLength(2);
  });

  it.each(launches)("starts the server with $command $args", async ({ command, args, env }) => {
    const folder = await mkdtemp(join(tmpdir(), "paymaster-readme-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    writeFileSync(join(folder, "billing.json"), config);
    const local = args.map((arg) =>
      arg.replace("/path/to/paymaster", CHECKOUT).replace("/path/to", folder),
    );
    const assistant = new Client({ name: "test", version: "1" });
    onTestFinished(() => assistant.close());
    await assistant.connect(
      new StdioClientTransport({
        command: command === "node" ? process.execPath : command,
        args: local,
        env: { PATH: process.env.PATH ?? "", XDG_STATE_HOME: folder, ...env },
        cwd: folder,
        stderr: "ignore",
      }),
    );
    const { tools } = await assistant.listTools();
    expect(tools.map(({ name }) => name)).toEqual(["get_plan_usage", "account_billing_invoices"]);
    expect(tools[1]?.description).toBe("Replaces our description.");
  });

  it("shows how to reach a server over HTTP", async () => {
    const server = await startPaymaster();
    onTestFinished(() => server.stop());
    const { base_url, api_key } = server.credentials;
    const url = new URL(remote?.url ?? "");
    url.host = new URL(base_url).host;
    const headers = Object.fromEntries(
      Object.entries(remote?.headers ?? {}).map(([name, value]) => [
        name,
        value.replace(/\$\{input:billing-key\}/, api_key),
      ]),
    );
    const assistant = new Client({ name: "test", version: "1" });
    onTestFinished(() => assistant.close());
    const transport = new StreamableHTTPClientTransport(url, { requestInit: { headers } });
    await assistant.connect(transport as Transport);
    expect((await assistant.listTools()).tools).toHaveLength(13);
  });

  it("names every option of the command", () => {
    const { stdout } = spawnSync(process.execPath, [PAYMASTER, "mcp", "--help"], {
      encoding: "utf8",
    });
    const options = Array.from(stdout.matchAll(/--[a-z-]+/g), ([option]) => option);
    expect(options.length).toBeGreaterThan(4);
    expect(options.filter((option) => option !== "--profile" && !README.includes(option))).toEqual(
      [],
    );
  });
});
