/**
 * Where the endpoint's own calls reach this server when it speaks TLS: its certificate is made out to the
 * name under which others know it, not to this machine's loopback. So these calls come over plain HTTP, on
 * a port of loopback that the system chooses; they carry the caller's token like any other.
 */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { FastifyInstance } from "fastify";

export interface OwnListener {
  /** e.g. `http://127.0.0.1:49152` */
  readonly origin: string;
  close(): void;
}

export async function listenOnLoopback(app: FastifyInstance): Promise<OwnListener> {
  const server = createServer((request, response) => app.routing(request, response));
  server.listen({ host: "127.0.0.1", port: 0 });
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    close() {
      server.close();
      server.closeIdleConnections();
    },
  };
}
