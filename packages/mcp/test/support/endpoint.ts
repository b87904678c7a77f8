/** The HTTP endpoint in an HTTP server of its own, which knows its callers by their tokens. */
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { onTestFinished } from "vitest";
import { createHttpEndpoint, type HttpEndpointOptions } from "../../src/http/endpoint.js";
import { createSpendingFiles } from "../../src/spending-files.js";
import { emptyFolder } from "./connect.js";
import { StreamableHTTPClientTransport } from "./http-transport.js";

/** Account and credential by token. */
export const callers = {
  "token-a1": { accountId: "a", actor: "key:1" },
  "token-a1-renewed": { accountId: "a", actor: "key:1" },
  "token-a2": { accountId: "a", actor: "key:2" },
  "token-b": { accountId: "b", actor: "client:3" },
} as const;

export type Token = keyof typeof callers;

export async function startEndpoint(baseUrl: string, options: Partial<HttpEndpointOptions> = {}) {
  const folder = emptyFolder();
  const log: string[] = [];
  const auditFile = join(folder, "audit.jsonl");
  const endpoint = createHttpEndpoint({
    baseUrl,
    profile: "2021",
    auditFile,
    hasQuotas: false,
    serviceNow: Date.now,
    log: (line) => log.push(line),
    ...options,
  });
  const server = createServer(async (request, response) => {
    const token = request.headers.authorization?.replace("Bearer ", "") as Token;
    const spending = createSpendingFiles(join(folder, callers[token].accountId));
    const body = request.method === "POST" ? JSON.parse(await textOf(request)) : undefined;
    await endpoint.handle(request, response, body, { token, ...callers[token], spending });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    await endpoint.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
  return { endpoint, url, folder, auditFile, log };
}

export async function assistantAt(url: string, token: string) {
  const assistant = new Client({ name: "test", version: "1" });
  const requestInit = { headers: { authorization: `Bearer ${token}` } };
  const transport = new StreamableHTTPClientTransport(new URL(url), { requestInit });
  await assistant.connect(transport);
  onTestFinished(() => assistant.close());
  return { assistant, transport };
}

/** A request as a program without an MCP library would make it. */
export function post(
  url: string,
  token: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(url, {
    method: "POST",
    headers: {
      authorization: `Bearer ${token}`,
      accept: "application/json, text/event-stream",
      "content-type": "application/json",
      ...headers,
    },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
}

export const initialize = {
  jsonrpc: "2.0",
  id: 1,
  method: "initialize",
  params: {
    protocolVersion: "2025-06-18",
    capabilities: {},
    clientInfo: { name: "raw", version: "1" },
  },
};

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
