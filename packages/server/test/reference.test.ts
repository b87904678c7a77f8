/** `/reference` without a browser: what is served, and that nothing of it comes from elsewhere. */
import { request } from "node:http";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestServer, type TestServer } from "./support/server.js";

let paymaster: TestServer;
beforeAll(async () => {
  paymaster = await startTestServer();
});
afterAll(() => paymaster.stop());

describe("/reference", () => {
  it("is a page whose scripts and connections are this server's alone", async () => {
    const page = await fetch(`${paymaster.server.origin}/reference`);
    const policy = page.headers.get("content-security-policy") ?? "";
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("connect-src 'self';");
    expect(policy).toContain("font-src 'self' data:;");
    const html = await page.text();
    expect(html).not.toMatch(/https?:\/\//);
    expect(html).not.toMatch(/<script>|<script [^>]*>[^<]/);
  });

  it("serves its viewer compressed or plain, to be kept for good under the version's name", async () => {
    const html = await (await fetch(`${paymaster.server.origin}/reference`)).text();
    const path = /src="(\/reference\/viewer-[\d.]+\.js)"/.exec(html)?.[1] ?? "";
    const [packed, plain] = [await get(path, "gzip, br"), await get(path, "identity")];
    expect(packed.headers["content-encoding"]).toBe("gzip");
    expect(plain.headers["content-encoding"]).toBeUndefined();
    expect(gunzipSync(packed.body).equals(plain.body)).toBe(true);
    expect(packed.headers["cache-control"]).toContain("immutable");
    expect(packed.headers.pragma).toBeUndefined();
  });

  it("starts the viewer on this server's document, without telemetry, fonts or stored secrets", async () => {
    const start = await (await fetch(`${paymaster.server.origin}/reference/start.js`)).text();
    for (const setting of ["telemetry", "withDefaultFonts", "persistAuth"]) {
      expect(start).toContain(`${setting}: false`);
    }
    expect(start).toContain('url: "/openapi.json"');
    const { servers } = (await (await fetch(`${paymaster.server.origin}/openapi.json`)).json()) as {
      servers: unknown;
    };
    expect(servers).toEqual([{ url: "/v2" }]);
  });

  it("offers the Postman collection as a file to keep", async () => {
    const answer = await fetch(`${paymaster.server.origin}/postman.json`);
    expect(answer.headers.get("content-disposition")).toMatch(/^attachment; filename=/);
    await answer.arrayBuffer();
  });
});

/** As it comes over the wire: `fetch` would unpack it. */
function get(path: string, encoding: string) {
  const headers = { "accept-encoding": encoding };
  return new Promise<{ headers: Record<string, unknown>; body: Buffer }>((resolve, reject) => {
    request(paymaster.server.origin + path, { headers }, async (response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk as Buffer);
      resolve({ headers: response.headers, body: Buffer.concat(chunks) });
    })
      .once("error", reject)
      .end();
  });
}
