/** Where metrics are read: `/metrics` with the operator's key, or an address of their own without one. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { FastifyInstance } from "fastify";
import { requireOperator } from "../admin/operator-key.js";
import type { Address } from "../config-values.js";
import type { Pool } from "../database/pool.js";
import { listenError } from "../http/listening.js";
import type { Metrics } from "./metrics.js";

export function registerMetrics(app: FastifyInstance, metrics: Metrics, pool: Pool): void {
  app.get("/metrics", {
    onRequest: (request) => requireOperator(request, pool),
    handler: async (_request, reply) => {
      return reply.type(metrics.contentType).send(await metrics.text());
    },
  });
}

export interface MetricsListener {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Whoever watches should not need the operator's key, which is above all tenants: this address tells the
 * metrics and nothing else, and is for a network that only they reach.
 * @throws Error of one line that says why it cannot listen there
 */
export async function listenForMetrics(
  metrics: Metrics,
  address: Address,
): Promise<MetricsListener> {
  const server = createServer({ requestTimeout: 10_000 }, (request, response) => {
    if (request.method !== "GET" || request.url?.split("?")[0] !== "/metrics") {
      response.writeHead(404).end();
      return;
    }
    metrics.text().then(
      (text) => response.writeHead(200, { "content-type": metrics.contentType }).end(text),
      () => response.writeHead(500).end(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => reject(listenError(address, error)));
    server.listen(address, resolve);
  });
  const { address: host, family, port } = server.address() as AddressInfo;
  return {
    url: `http://${family === "IPv6" ? `[${host}]` : host}:${port}/metrics`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
