/** A peer that speaks the documented wire, over real sockets: each test says what it answers. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

export interface SeenRequest {
  readonly method: string;
  /** Path with query, as it came. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

export type Answerer = (
  request: SeenRequest,
  response: ServerResponse,
  /** 1 for the first request that the peer sees. */
  count: number,
) => void | Promise<void>;

export interface Peer {
  readonly origin: string;
  readonly baseUrl: string;
  readonly requests: readonly SeenRequest[];
}

/** Started for one test and stopped after it, with every connection. */
export async function startPeer(answer: Answerer): Promise<Peer> {
  const requests: SeenRequest[] = [];
  const server = createServer((incoming, response) => {
    void readBody(incoming).then(async (body) => {
      const seen: SeenRequest = {
        method: incoming.method ?? "",
        url: incoming.url ?? "",
        headers: incoming.headers as Record<string, string>,
        body,
      };
      requests.push(seen);
      await answer(seen, response, requests.length);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { origin, baseUrl: `${origin}/v2`, requests };
}

async function readBody(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

/** An OpenAPI document that says that the operation previews; `openapi.json` beside the base. */
export function documentWithPreview(method: string, path: string): unknown {
  const description = "`preview`: answers what the change would do, and changes nothing.";
  const parameters = [{ name: "Prefer", in: "header", description }];
  return { openapi: "3.1.1", paths: { [path]: { [method]: { parameters } } } };
}

/** The envelope and the headers as captured on the wire (facts, 6.1). */
export function json(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, {
    "content-type": "application/json;charset=UTF-8",
    "x-zm-trackingid": "v=2.0;clid=us02;rid=WEB_596ca498838a64cf86185261bcfc5a63",
    ...headers,
  });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}

/** Where nobody listens (any more): a connection is refused. */
export async function closedOrigin(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return `http://127.0.0.1:${port}`;
}
