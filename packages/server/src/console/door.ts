/**
 * The console's way into the two APIs: `/console/api/v2/...`, `/console/api/admin/v1/...` and, for the
 * operator on behalf of a master or regular account, `/console/api/as/{accountId}/v2/...` are the same
 * routes, authenticated by the session instead of a bearer token. The cookie is sent nowhere else, so a
 * call of `/v2` or `/admin/v1` itself cannot be authenticated by it.
 */
import type { IncomingMessage } from "node:http";

export const DOOR = "/console/api";

export interface Door {
  /** Operator only: the account that the call of `/v2` is made for. */
  readonly actsFor: string | null;
}

const doors = new WeakMap<IncomingMessage, Door>();

/** For Fastify's `rewriteUrl`: the path of the route that is meant. */
export function rewriteConsoleUrl(request: IncomingMessage): string {
  const url = request.url ?? "/";
  const match = /^\/console\/api(?:\/as\/([^/?#]+)(?=\/v2\/))?(\/(?:v2|admin\/v1)\/.*)$/.exec(url);
  if (match?.[2] === undefined) return url;
  doors.set(request, { actsFor: match[1] === undefined ? null : decoded(match[1]) });
  return match[2];
}

/** undefined: the request did not come through the console's door. */
export function doorOf(request: IncomingMessage): Door | undefined {
  return doors.get(request);
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return "";
  }
}
