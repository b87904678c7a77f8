/** The SDK's own client, connected in memory to a server over a real HTTP client. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { apiKey, createClient } from "@paymaster/client";
import { onTestFinished } from "vitest";
import { callHooks } from "../../src/call-context.js";
import type { McpConfig } from "../../src/config.js";
import { createMcpServer, type McpServerOptions } from "../../src/server.js";

export async function connect(
  config: McpConfig,
  options: McpServerOptions = {},
): Promise<{ readonly assistant: Client; readonly log: readonly string[] }> {
  const log: string[] = [];
  const client = createClient({
    baseUrl: config.server.url,
    authentication: apiKey({ value: "key" }),
    retry: { maxAttempts: 1 },
    hooks: callHooks(),
  });
  const server = createMcpServer(config, client, { log: (line) => log.push(line), ...options });
  const assistant = new Client({ name: "test", version: "1" });
  const [one, other] = InMemoryTransport.createLinkedPair();
  await Promise.all([server.connect(one), assistant.connect(other)]);
  onTestFinished(() => assistant.close());
  return { assistant, log };
}

/** The text of a result's first part. */
export function textOf(result: unknown): string {
  const { content } = result as { content: { type: string; text?: string }[] };
  return content[0]?.text ?? "";
}

/** The JSON of a resource's only part. */
export function jsonOf(result: unknown): Record<string, unknown> {
  const { contents } = result as { contents: { text?: string }[] };
  return JSON.parse(contents[0]?.text ?? "null") as Record<string, unknown>;
}

export function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "paymaster-mcp-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
