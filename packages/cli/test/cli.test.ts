import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { operations } from "@paymaster/contract";
import { describe, expect, it } from "vitest";
import { closedOrigin, documentWithPreview, json } from "../../client/test/support/peer.js";
import { emptyFolder, paymaster, startService } from "./support/run.js";

const usage = { plan_base: { type: "monthly", hosts: 2, usage: 1 } };

describe("paymaster", () => {
  it("tells its version and every command", async () => {
    expect((await paymaster(["--version"])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    const { code, stdout } = await paymaster(["--help"]);
    expect(code).toBe(0);
    expect(stdout).toContain("paymaster plans usage <accountId>");
    const [, ofTheApi = ""] = stdout.split("Operations of the API");
    expect(ofTheApi.match(/^ {2}paymaster /gm)).toHaveLength(Object.keys(operations).length);
  });

  it("tells the flags of one command", async () => {
    const { stdout } = await paymaster(["plans", "addons", "create", "--help"]);
    expect(stdout).toContain("Usage: paymaster plans addons create <accountId>");
    expect(stdout).toContain("--type STRING");
    expect(stdout).toContain("--hosts INTEGER");
    expect(stdout).toContain("billing:master");
  });
});

describe("a reading command", () => {
  it("prints a table for people, JSON for programs, and no secret", async () => {
    const { env, requests } = await startService((_, response) => json(response, 200, usage));
    const people = await paymaster(["plans", "usage", "me"], { env });
    expect(people).toEqual({
      code: 0,
      stdout: "plan_base\n  type   monthly\n  hosts  2\n  usage  1\n",
      stderr: "",
    });
    const { stdout } = await paymaster(["plans", "usage", "me", "--json"], { env });
    expect(JSON.parse(stdout)).toEqual(usage);
    expect(requests[0]?.headers.authorization).toBe("Bearer secret-token");
  });

  it("sends query parameters", async () => {
    const { env, requests } = await startService((_, response) => json(response, 200, {}));
    await paymaster(["billing", "invoices", "me", "--from", "2021-01-01"], { env });
    expect(requests[0]?.url).toBe("/v2/accounts/me/billing/invoices?from=2021-01-01");
  });

  it("saves a PDF under the service's name, and overwrites nothing", async () => {
    const pdf = Buffer.from("%PDF-1.7 short");
    const { env } = await startService((_, response) => {
      const headers = {
        "content-type": "application/pdf",
        "content-disposition": 'attachment; filename="INV-1.pdf"',
      };
      response.writeHead(200, headers).end(pdf);
    });
    const cwd = emptyFolder();
    const line = ["billing", "invoices", "download", "8ad0"];
    const saved = await paymaster(line, { env, cwd });
    expect(saved).toMatchObject({ code: 0, stdout: "", stderr: "Saved INV-1.pdf.\n" });
    expect(readFileSync(join(cwd, "INV-1.pdf"))).toEqual(pdf);
    writeFileSync(join(cwd, "INV-1.pdf"), "mine");
    const again = await paymaster(line, { env, cwd });
    expect(again.code).toBe(2);
    expect(readFileSync(join(cwd, "INV-1.pdf"), "utf8")).toBe("mine");
    const piped = await paymaster([...line, "--output", "-"], { env, cwd });
    expect(piped.stdout).toBe(pdf.toString());
  });

  it("leaves no half of a file behind", async () => {
    const { env } = await startService((_, response) => {
      response.writeHead(200, { "content-type": "application/pdf", "content-length": "1000" });
      response.write("%PDF-1.7", () => setTimeout(() => response.destroy(), 50));
    });
    const cwd = emptyFolder();
    const line = ["billing", "invoices", "download", "8ad0", "-o", "x.pdf"];
    expect((await paymaster(line, { env, cwd })).code).toBe(6);
    expect(existsSync(join(cwd, "x.pdf"))).toBe(false);
  });
});

describe("a writing command", () => {
  it("takes its body from flags, from a file and from standard input", async () => {
    const { env, requests } = await startService((_, response) => json(response, 204, undefined));
    const words = ["plans", "addons", "update", "abc"];
    const flags = ["--type", "large500_monthly", "--hosts", "3"];
    const done = await paymaster([...words, ...flags, "--idempotency-key", "k"], { env });
    expect(done).toEqual({ code: 0, stdout: "", stderr: "Done (HTTP 204).\n" });
    const input = '{"type":"webinar500_monthly","hosts":1}';
    await paymaster([...words, "--data", "-", "--hosts", "9"], { env, input });
    const cwd = emptyFolder();
    writeFileSync(join(cwd, "body.json"), input);
    await paymaster([...words, "--data", "body.json"], { env, cwd });
    expect(requests.map(({ body }) => JSON.parse(body))).toEqual([
      { type: "large500_monthly", hosts: 3 },
      { type: "webinar500_monthly", hosts: 9 },
      { type: "webinar500_monthly", hosts: 1 },
    ]);
    expect(requests[0]?.headers["idempotency-key"]).toBe("k");
  });

  it("shows a preview and changes nothing", async () => {
    const preview = { preview: true, currency: "USD", total_amount: 100, lines: [] };
    const document = documentWithPreview("patch", "/accounts/{accountId}/plans/base/status");
    const { env, requests } = await startService(({ url }, response) =>
      json(response, 200, url === "/openapi.json" ? document : preview),
    );
    const words = ["plans", "base", "cancel", "abc", "--action", "cancel", "--preview"];
    const { code, stdout } = await paymaster(words, { env });
    expect(code).toBe(0);
    expect(stdout).toContain("total_amount  100");
    expect(requests.at(-1)?.headers.prefer).toBe("preview");
  });
});

describe("exit codes", () => {
  const words = ["plans", "usage", "me"];
  const refusal = (code: number, message: string) => ({ code, message });

  it.each([
    [3, 401, refusal(124, "Invalid access token."), /Invalid access token/],
    [3, 400, refusal(4711, "Invalid access token, does not contain scopes:[a]."), /scopes/],
    [4, 400, refusal(200, "Only available for paid account."), /Only available/],
    [4, 200, refusal(200, "Only available for paid account."), /Only available/],
    [6, 502, "gateway", /HTTP 502/],
  ])("are %i for HTTP %i with %j", async (expected, status, body, message) => {
    const { env } = await startService((_, response) => json(response, status, body));
    const { code, stdout, stderr } = await paymaster(words, { env });
    expect(code).toBe(expected);
    expect(stdout).toBe("");
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain("secret-token");
  });

  it("are 5 for a quota, with the time at which it reopens", async () => {
    const { env } = await startService((_, response) =>
      json(response, 429, refusal(429, "daily"), { "retry-after": "2100-01-01T00:00:00Z" }),
    );
    const { code, stderr } = await paymaster(words, { env });
    expect(code).toBe(5);
    expect(stderr).toContain("2100-01-01T00:00:00Z");
  });

  it("are 6 when nobody is there", async () => {
    const PAYMASTER_BASE_URL = `${await closedOrigin()}/v2`;
    const env = { PAYMASTER_TOKEN: "t", PAYMASTER_BASE_URL };
    expect((await paymaster(words, { env })).code).toBe(6);
  });

  it("are 130 after SIGINT", async () => {
    let interrupt = () => {};
    const { env } = await startService(() => interrupt());
    const started = (kill: (signal: NodeJS.Signals) => void) => {
      interrupt = () => kill("SIGINT");
    };
    expect((await paymaster(words, { env, started })).code).toBe(130);
  });

  it.each([
    [["plants"], /unknown command: plants/],
    [["profiles"], /unknown command: profiles\nCommands:\n {2}paymaster profiles add /],
    [["plans", "usage"], /expected 1 argument\(s\), got 0/],
    [["plans", "usage", "me", "you"], /got 2/],
    [["plans", "usage", "me", "--tpye", "x"], /--tpye/],
    [["plans", "usage", ".."], /accountId must not be/],
    [["plans", "addons", "update", "a", "--hosts", "two"], /whole number/],
    [["plans", "addons", "update", "a", "--data", "missing.json"], /missing\.json/],
    [["plans", "usage", "me", "--data", "-"], /Unknown option '--data'/],
    [["plans", "usage", "me", "--timeout", "0"], /--timeout/],
  ])("are 2 for a wrong line: %j", async (line, message) => {
    const { env, requests } = await startService((_, response) => json(response, 200, {}));
    const { code, stderr } = await paymaster(line, { env });
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
    expect(requests).toHaveLength(0);
  });
});

describe("credentials", () => {
  it("come from the file that the server writes, in the folder or named", async () => {
    const { env, requests } = await startService(({ url }, response) =>
      json(response, 200, url === "/oauth/token" ? { access_token: "t1", expires_in: 3600 } : {}),
    );
    const base_url = env.PAYMASTER_BASE_URL ?? "";
    const file = join(emptyFolder(), "credentials.json");
    const token_url = base_url.replace("/v2", "/oauth/token");
    const secrets = { account_id: "a", client_id: "id", client_secret: "s" };
    writeFileSync(file, JSON.stringify({ base_url, token_url, ...secrets }), { mode: 0o600 });
    const { code } = await paymaster(["plans", "me"], { env: { PAYMASTER_CREDENTIALS: file } });
    expect(code).toBe(0);
    expect(requests.map(({ headers }) => headers.authorization)).toEqual([
      `Basic ${btoa("id:s")}`,
      "Bearer t1",
    ]);
  });

  it("that are missing or incomplete are told, with where they were looked for", async () => {
    const none = await paymaster(["plans", "me"]);
    expect(none.code).toBe(2);
    expect(none.stderr).toContain("./.paymaster/credentials.json");
    const half = await paymaster(["plans", "me"], { env: { PAYMASTER_TOKEN: "t" } });
    expect(half.stderr).toContain("PAYMASTER_BASE_URL is not");
    const file = join(emptyFolder(), "c.json");
    writeFileSync(file, '{"client_id":"x"}', { mode: 0o600 });
    const wrong = await paymaster(["plans", "me"], { env: { PAYMASTER_CREDENTIALS: file } });
    expect(wrong.stderr).toContain("c.json: base_url is missing");
  });
});
