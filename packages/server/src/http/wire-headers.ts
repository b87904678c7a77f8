/** Headers that every answer of the wire carries. */
import { randomBytes } from "node:crypto";
import type { FastifyReply } from "fastify";

/** As seen in captured answers: `v=2.0;clid=…;rid=WEB_<32 hex digits>`. */
export function newTrackingId(): string {
  return `v=2.0;clid=local;rid=WEB_${randomBytes(16).toString("hex")}`;
}

export function setWireHeaders(reply: FastifyReply, trackingId: string): void {
  reply.headers({
    "x-zm-trackingid": trackingId,
    "cache-control": "no-cache, no-store, must-revalidate, no-transform",
    pragma: "no-cache",
    "x-content-type-options": "nosniff",
  });
}
