/** The address to listen on: whether it is free, and what to say when it is not. */
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import type { FastifyInstance } from "fastify";
import type { ServerConfig } from "../config.js";

type Address = Pick<ServerConfig, "host" | "port">;
type Reached = Pick<ServerConfig, "tls" | "publicUrl">;

/** Requests that wait to be accepted; the system may allow fewer. */
const BACKLOG = 1_024;

/**
 * Asked before anything is made, so that nobody waits for a first start that cannot be reached.
 * @throws Error of one line that says what is in the way
 */
export async function checkAddress(address: Address): Promise<void> {
  const probe = createServer();
  try {
    probe.listen(address);
    await once(probe, "listening");
  } catch (error) {
    throw listenError(address, error);
  }
  probe.close();
  await once(probe, "close");
}

export interface Origins {
  /** As clients write it, e.g. `https://billing.example.com`. */
  readonly origin: string;
  /** The address itself, e.g. `http://127.0.0.1:8080`. */
  readonly ownOrigin: string;
}

/**
 * Listens and says under which origins the server is reached.
 * @throws Error of one line that says what is in the way
 */
export async function listen(app: FastifyInstance, address: Address & Reached): Promise<Origins> {
  try {
    await app.listen({ host: address.host, port: address.port, backlog: BACKLOG });
  } catch (error) {
    throw listenError(address, error);
  }
  const bound = app.server.address() as AddressInfo;
  const everywhere = bound.address === "0.0.0.0" || bound.address === "::";
  const numeric = bound.family === "IPv6" ? `[${bound.address}]` : bound.address;
  const scheme = address.tls === null ? "http" : "https";
  const ownOrigin = `${scheme}://${everywhere ? "127.0.0.1" : numeric}:${bound.port}`;
  return { ownOrigin, origin: address.publicUrl ?? ownOrigin };
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: "it is in use. Stop what listens there, or choose another port (--port, PORT).",
  EADDRNOTAVAIL: "this machine has no such address. Choose another one (--host).",
  ENOTFOUND: "there is no such host. Choose another one (--host).",
  EAI_AGAIN: "there is no such host. Choose another one (--host).",
  EACCES: "this user may not use that port. Choose another one (--port, PORT).",
};

export function listenError({ host, port }: Address, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  const reason = REASONS[code];
  if (reason === undefined) return error;
  return new Error(`Cannot listen on ${host} port ${port}: ${reason}`, { cause: error });
}
