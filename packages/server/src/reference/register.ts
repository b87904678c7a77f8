/** `/reference`: what the API is, in a browser, with samples and a try-it against this server. */
import { readFile } from "node:fs/promises";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { setPageHeaders } from "../http/page-headers.js";
import { openViewer } from "./viewer.js";

const START_PATH = "/reference/start.js";
const START_FILE = new URL("../../assets/reference.js", import.meta.url);
const FOREVER = "public, max-age=31536000, immutable";

/** The viewer sets styles of its own, on elements as well. Its scripts are files; none is inline. */
const NEEDS = { ownFiles: true, inlineStyles: true, dataImages: true } as const;

export function registerReference(app: FastifyInstance): void {
  const viewer = openViewer();
  app.get("/reference", (_request, reply) =>
    setPageHeaders(reply, NEEDS).type("text/html; charset=utf-8").send(page(viewer.path)),
  );
  app.get(START_PATH, async (_request, reply) =>
    reply.type("text/javascript; charset=utf-8").send(await readFile(START_FILE)),
  );
  app.get(viewer.path, async (request, reply) => {
    const encoding = acceptsGzip(request) ? "gzip" : "identity";
    const script = await viewer.script(encoding);
    if (encoding === "gzip") reply.header("content-encoding", "gzip");
    return reply
      .removeHeader("pragma")
      .headers({ "cache-control": FOREVER, vary: "accept-encoding" })
      .type("text/javascript; charset=utf-8")
      .send(script);
  });
}

function acceptsGzip({ headers }: FastifyRequest): boolean {
  return /\bgzip\b/.test(String(headers["accept-encoding"] ?? ""));
}

function page(viewerPath: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Paymaster: API reference</title>
<link rel="icon" href="data:,">
<div id="reference"></div>
<noscript>This page needs JavaScript. The same in one file: <a href="/openapi.json">the OpenAPI
document</a>.</noscript>
<script src="${viewerPath}"></script>
<script src="${START_PATH}"></script>
</html>
`;
}
