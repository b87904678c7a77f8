/** A proxy before the server that notes what passed, so that a sample is judged by what it sent. */
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

export interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly body: string;
  readonly status: number;
}

export interface Recorder {
  readonly origin: string;
  /** What passed since the last question, oldest first. */
  take(): Exchange[];
  close(): Promise<void>;
}

/** @param target origin of the server */
export async function startRecorder(target: string): Promise<Recorder> {
  let seen: Exchange[] = [];
  const server = createServer(async (request, response) => {
    const { method = "", url = "" } = request;
    const body = await readAll(request);
    const answer = await fetch(target + url, {
      method,
      headers: forwarded(request),
      ...(body === "" ? {} : { body }),
      redirect: "manual",
    });
    const bytes = Buffer.from(await answer.arrayBuffer());
    seen.push({ method, path: url, body, status: answer.status });
    const type = answer.headers.get("content-type");
    response.writeHead(answer.status, type === null ? {} : { "content-type": type });
    response.end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    take() {
      const taken = seen;
      seen = [];
      return taken;
    },
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function forwarded(request: IncomingMessage): Record<string, string> {
  const names = ["authorization", "content-type", "accept"];
  return Object.fromEntries(names.flatMap((name) => pair(name, request.headers[name])));
}

function pair(name: string, value: string | string[] | undefined): [string, string][] {
  return typeof value === "string" ? [[name, value]] : [];
}

async function readAll(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
