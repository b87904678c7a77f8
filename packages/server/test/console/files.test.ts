/** The console's files over HTTP, from a small build of the test's own. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../support/server.js";
import { originOf } from "./support.js";

const SCRIPT = `console.log("${"a long line of a program, ".repeat(40)}");`;
let directory: string;
let server: TestServer;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "paymaster-console-"));
  await mkdir(join(directory, "assets"));
  await writeFile(join(directory, "index.html"), "<!doctype html><title>Console</title>");
  const script = join(directory, "assets/main-x1.js");
  await writeFile(script, SCRIPT);
  await writeFile(`${script}.br`, brotliCompressSync(SCRIPT));
  await writeFile(`${script}.gz`, gzipSync(SCRIPT));
  const pages = ["/", "/accounts", "/accounts/:id"];
  server = await startTestServer({}, { console: { directory, pages } });
});
afterAll(async () => {
  await server.stop();
  await rm(directory, { recursive: true, force: true });
});

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${originOf(server)}${path}`, { headers });
const HTML = { accept: "text/html,application/xhtml+xml" };

test("pages are index.html with a strict policy, and are asked for anew each time", async () => {
  for (const path of ["/", "/accounts", "/accounts/abc?tab=plans"]) {
    const answer = await get(path, HTML);
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain("<title>Console</title>");
    expect(answer.headers.get("cache-control")).toBe("no-cache");
    const policy = answer.headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("frame-ancestors 'none'");
    const again = await get(path, { ...HTML, "if-none-match": answer.headers.get("etag") ?? "" });
    expect(again.status).toBe(304);
  }
});

test("programs that miss the API still hear so in JSON", async () => {
  for (const path of ["/accounts", "/accounts/abc", "/v2/nothing", "/console/api/nothing", "/x"]) {
    const answer = await get(path, path.startsWith("/accounts") ? {} : HTML);
    expect(answer.status).toBe(404);
    expect(answer.headers.get("content-type")).toContain("application/json");
    expect(await answer.json()).toHaveProperty("code");
  }
});

test("hashed files may be kept for ever, and come compressed as the browser takes them", async () => {
  const path = "/assets/main-x1.js";
  for (const [accepted, coding] of [
    ["gzip, deflate, br", "br"],
    ["gzip", "gzip"],
    ["br;q=0, gzip;q=0.5", "gzip"],
    ["identity", null],
  ] as const) {
    const answer = await get(path, { "accept-encoding": accepted });
    expect(answer.headers.get("content-encoding")).toBe(coding);
    expect(await answer.text()).toBe(SCRIPT);
    expect(answer.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    expect(answer.headers.get("content-type")).toBe("text/javascript; charset=utf-8");
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
  }
});

test("a request is never a path on the disk", async () => {
  const tried = ["/assets/..%2f..%2fpackage.json", "/assets/main-x1.js.br", "/index.html"];
  for (const path of tried) expect((await get(path)).status).toBe(404);
});
