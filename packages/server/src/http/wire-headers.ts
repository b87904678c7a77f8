/** Headers that every answer of the wire carries. */
import { randomUUID } from "node:crypto";
import type { FastifyReply } from "fastify";

/** As seen in captured answers: `v=2.0;clid=…;rid=WEB_<32 hex digits>`. */
export function newTrackingId(): string {
  // Unlike randomBytes it draws its randomness ahead, which is a twentieth of the time.
  return `v=2.0;clid=local;rid=WEB_${randomUUID().replaceAll("-", "")}`;
}

/** `Date` is the service's time: on a test clock a client can then tell how long until Retry-After. */
export function wireHeaders(trackingId: string, now: Date): Record<string, string> {
  return {
    date: now.toUTCString(),
    "x-zm-trackingid": trackingId,
    "cache-control": "no-cache, no-store, must-revalidate, no-transform",
    pragma: "no-cache",
    "x-content-type-options": "nosniff",
  };
}

export function setWireHeaders(reply: FastifyReply, trackingId: string, now: Date): void {
  reply.headers(wireHeaders(trackingId, now));
}
