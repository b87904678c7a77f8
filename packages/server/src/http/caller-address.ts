/** Where a call comes from, as far as that can be believed. */
import { isIP } from "node:net";
import type { FastifyRequest } from "fastify";

/**
 * The peer's address, or what the trusted proxies (`--trusted-proxies`) say of it: `X-Forwarded-For` is
 * read from its end, each proxy in turn, up to the first address that is no trusted proxy. What stands
 * before that anybody may have written. An entry that is no address counts for nothing: the proxy that
 * told it stands for its callers.
 */
export function callerAddress(request: Pick<FastifyRequest, "ip" | "ips">): string {
  return request.ips?.findLast((address) => isIP(address) !== 0) ?? request.ip;
}
