/**
 * Headers of the pages that this server shows in a browser. A page gets nothing from elsewhere, is never
 * framed and runs no inline script; what it needs beyond its own files it says, and it gets no more.
 */
import type { FastifyReply } from "fastify";

/** What a page needs beyond nothing at all. */
export interface PageNeeds {
  /** Scripts, styles, fonts, images and calls of this origin: a page with files of its own. */
  readonly ownFiles?: boolean;
  /** `style` elements and attributes, which component libraries set. Never inline scripts. */
  readonly inlineStyles?: boolean;
  /** Images and fonts as `data:` addresses, images also as `blob:`. */
  readonly dataImages?: boolean;
  /** Frames with what a script holds as a blob: a PDF that was fetched. */
  readonly blobFrames?: boolean;
  /** Workers that a script makes from a blob. */
  readonly blobWorkers?: boolean;
  /** Hashes of inline scripts as `sha256-<base64>`, for a page that cannot do without. */
  readonly scriptHashes?: readonly string[];
}

/** The header Content-Security-Policy for a page with these needs. */
export function contentSecurityPolicy(needs: PageNeeds = {}): string {
  const own = needs.ownFiles === true ? ["'self'"] : [];
  const data = needs.dataImages === true ? ["data:"] : [];
  const sources: Readonly<Record<string, readonly string[]>> = {
    "script-src": [...own, ...(needs.scriptHashes ?? []).map((hash) => `'${hash}'`)],
    "style-src": [...own, ...(needs.inlineStyles === true ? ["'unsafe-inline'"] : [])],
    "img-src": [...own, ...data, ...(needs.dataImages === true ? ["blob:"] : [])],
    "font-src": [...own, ...data],
    "connect-src": own,
    "manifest-src": own,
    "frame-src": needs.blobFrames === true ? ["blob:"] : [],
    "worker-src": [...own, ...(needs.blobWorkers === true ? ["blob:"] : [])],
  };
  const allowed = Object.entries(sources)
    .filter(([, list]) => list.length > 0)
    .map(([name, list]) => `${name} ${list.join(" ")}`);
  return [
    "default-src 'none'",
    ...allowed,
    "base-uri 'none'",
    `form-action ${own[0] ?? "'none'"}`,
    "frame-ancestors 'none'",
  ].join("; ");
}

/** A year, as is usual: browsers come back over TLS only. They ignore it for addresses. */
const STRICT_TRANSPORT_SECURITY = "max-age=31536000";

/** Sets what a page's answer carries; the reply is then sent as usual. */
export function setPageHeaders(reply: FastifyReply, needs: PageNeeds = {}): FastifyReply {
  const { protocol, hostname } = reply.request;
  if (protocol === "https" && hostname !== "localhost") {
    reply.header("strict-transport-security", STRICT_TRANSPORT_SECURITY);
  }
  return reply.headers({
    "content-security-policy": contentSecurityPolicy(needs),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
  });
}
