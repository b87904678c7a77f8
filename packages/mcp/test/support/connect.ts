/** The SDK's own client, connected in memory to a server over a real HTTP client. */

import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { apiKey, createClient } from "@paymaster/client";
import { onTestFinished } from "vitest";
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
