/** A service that speaks the documented wire, over real sockets, and remembers what it was asked. */
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

export async function startPeer(
  answer: (request: Seen, response: ServerResponse) => void,
): Promise<{ readonly env: Record<string, string>; readonly requests: readonly Seen[] }> {
  const requests: Seen[] = [];
  const server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const seen: Seen = {
      method: incoming.method ?? "",
      url: incoming.url ?? "",
      headers: incoming.headers as Record<string, string>,
      body: Buffer.concat(chunks).toString("utf8"),
    };
    requests.push(seen);
    answer(seen, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  });
  const { port } = server.address() as AddressInfo;
  const PAYMASTER_BASE_URL = `http://127.0.0.1:${port}/v2`;
  return { env: { PAYMASTER_TOKEN: "secret-token", PAYMASTER_BASE_URL }, requests };
}

export function json(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { "content-type": "application/json;charset=UTF-8", ...headers });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}
