/** The page at `/` for somebody who opens the server in a browser: what this is, and where to go on. */
import type { WireProfile } from "@paymaster/contract";
import type { FastifyInstance } from "fastify";
import { setPageHeaders } from "./page-headers.js";

export function registerFrontPage(app: FastifyInstance, profile: WireProfile): void {
  const page = frontPage(profile);
  app.get("/", (_request, reply) =>
    setPageHeaders(reply, { inlineStyles: true }).type("text/html; charset=utf-8").send(page),
  );
}

function frontPage(profile: WireProfile): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Paymaster</title>
<style>
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
  body { max-width: 40rem; margin: 3rem auto; padding: 0 1rem; }
  code { font-size: .95em; }
</style>
<h1>Paymaster is running</h1>
<p>The account Billing API (v2), in the generation of ${profile}, answers below <code>/v2</code>. Tokens come
from <code>POST /oauth/token</code>; ids and secrets are in <code>credentials.json</code> in the data directory.</p>
<ul>
  <li><a href="/reference">API reference, with samples and a try-it</a></li>
  <li><a href="/openapi.json">OpenAPI document</a></li>
  <li><a href="/postman.json">Postman collection</a></li>
  <li><a href="/readyz">Readiness</a></li>
</ul>
<p>The operator's API is below <code>/admin/v1</code>: see <code>docs/reference/operator-api.md</code> in the
repository.</p>
</html>
`;
}
