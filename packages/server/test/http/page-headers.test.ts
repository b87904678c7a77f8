/** What a browser is told about the pages of this server. */
import Fastify from "fastify";
import { expect, it } from "vitest";
import { contentSecurityPolicy, setPageHeaders } from "../../src/http/page-headers.js";

it("allows a page nothing that it did not ask for", () => {
  expect(contentSecurityPolicy()).toBe(
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  );
});

it("allows an application its own files, and no inline script whatever else it needs", () => {
  const policy = contentSecurityPolicy({
    ownFiles: true,
    inlineStyles: true,
    dataImages: true,
    blobWorkers: true,
    scriptHashes: ["sha256-AAAA"],
  });
  expect(policy.split("; ")).toEqual([
    "default-src 'none'",
    "script-src 'self' 'sha256-AAAA'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "manifest-src 'self'",
    "worker-src 'self' blob:",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ]);
});

it("is never framed or sniffed, and tells nobody where it was", async () => {
  const app = Fastify();
  app.get("/", (_request, reply) => setPageHeaders(reply).type("text/html").send("<p>"));
  const { headers } = await app.inject("/");
  expect(headers).toMatchObject({
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
  });
  expect(headers).not.toHaveProperty("strict-transport-security");
  await app.close();
});
