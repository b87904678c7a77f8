/** Metrics of a running server, as Prometheus reads them. */
import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { send, startTestServer, type TestServer } from "../support/server.js";

let paymaster: TestServer;
let url: string;

beforeAll(async () => {
  paymaster = await startTestServer({
    rateLimits: true,
    metricsAddress: { host: "127.0.0.1", port: 0 },
  });
  url = String(paymaster.logged.find((line) => "url" in line)?.url);
});
afterAll(() => paymaster.stop());

/** Values by name with labels, e.g. `paymaster_invariant_ok{check="x"}`. */
async function scrape(from = url, headers: Record<string, string> = {}) {
  const answer = await fetch(from, { headers });
  expect(answer.status).toBe(200);
  expect(answer.headers.get("content-type")).toContain("text/plain; version=0.0.4");
  const lines = (await answer.text()).split("\n").filter((line) => /^[a-z]/.test(line));
  return new Map(
    lines.map((line) => {
      const at = line.lastIndexOf(" ");
      return [line.slice(0, at), Number(line.slice(at + 1))] as const;
    }),
  );
}

describe("who may read them", () => {
  it("the operator, where everything else is served", async () => {
    const { admin_key, api_key } = paymaster.credentials;
    const path = `${paymaster.server.origin}/metrics`;
    const found = await scrape(path, { authorization: `Bearer ${admin_key}` });
    expect(found.has("process_resident_memory_bytes")).toBe(true);
    for (const token of [null, api_key, "pma_wrong"]) {
      expect(await send("GET", path, token)).toMatchObject({ status: 401, body: { code: 124 } });
    }
  });

  it("anybody who reaches the address of their own, which serves nothing else", async () => {
    await scrape();
    const { origin } = new URL(url);
    for (const [method, path] of [
      ["GET", "/"],
      ["GET", "/v2/accounts/me"],
      ["POST", "/metrics"],
    ] as const) {
      const status = await new Promise((resolve) => {
        request(`${origin}${path}`, { method }, (answer) => resolve(answer.statusCode)).end();
      });
      expect([method, path, status]).toEqual([method, path, 404]);
    }
  });
});

it("counts requests by operation and status, and how long they took", async () => {
  const name = 'operation="get_plan_usage",method="GET"';
  const before = await scrape();
  const count = (found: Map<string, number>, status: string) =>
    found.get(`paymaster_http_requests_total{${name},status="${status}"}`) ?? 0;
  await paymaster.wire("GET", "/accounts/me/plans/usage");
  await paymaster.wire("GET", "/accounts/nobody/plans/usage");
  const after = await scrape();
  expect(count(after, "200") - count(before, "200")).toBe(1);
  expect(count(after, "404") - count(before, "404")).toBe(1);
  const timed = `paymaster_http_request_duration_seconds_count{${name}}`;
  expect((after.get(timed) ?? 0) - (before.get(timed) ?? 0)).toBe(2);
});

it("lets no caller make up a label", async () => {
  const before = await scrape();
  for (let at = 0; at < 20; at += 1) await paymaster.wire("GET", `/made-up/${at}?x=${at}`);
  await paymaster.wire("PROPFIND", "/accounts/me").catch(() => undefined);
  const after = await scrape();
  const added = [...after.keys()].filter((key) => !before.has(key) && !key.includes("bucket"));
  expect(added.filter((key) => key.startsWith("paymaster_http"))).toEqual([
    'paymaster_http_requests_total{operation="none",method="none",status="404"}',
    'paymaster_http_request_duration_seconds_sum{operation="none",method="none"}',
    'paymaster_http_request_duration_seconds_count{operation="none",method="none"}',
  ]);
});

it("counts what each rule of the rate limits admitted and refused", async () => {
  const id = await paymaster.subAccount();
  const list = () => paymaster.wire("GET", `/accounts/${id}/billing/invoices`);
  const answers = [await list(), await list(), await list()];
  expect(answers.map(({ status }) => status === 429)).toEqual([false, true, true]);
  const found = [...(await scrape())].filter(([key]) => key.includes("account_billing_invoices"));
  const calls = found.filter(([key]) => key.startsWith("paymaster_quota_calls_total"));
  const total = (outcome: string, window: RegExp) =>
    calls
      .filter(([key]) => key.includes(`outcome="${outcome}"`) && window.test(key))
      .reduce((sum, [, value]) => sum + value, 0);
  expect([total("admitted", /:day:/), total("admitted", /:\d+s:/)]).toEqual([1, 1]);
  expect([total("refused", /:day:/), total("refused", /:\d+s:/)]).toEqual([0, 2]);
});

it("tells of the database, the PDF queue, bill runs and the books", async () => {
  const before = await scrape();
  expect(before.get("paymaster_database_up")).toBe(1);
  expect(before.get('paymaster_pdf_documents{state="waiting"}')).toBe(0);
  expect(before.get("paymaster_invariants_checked_timestamp_seconds")).toBe(0);
  const run = await paymaster.admin("POST", "/bill-runs", {
    target_date: "2026-01-31",
    mode: "post",
  });
  expect(run.body).toMatchObject({ status: "done" });
  await paymaster.admin("GET", "/invariants");
  const after = await scrape();
  expect(after.get("paymaster_bill_runs_running")).toBe(0);
  expect(after.get("paymaster_bill_run_last_finished_timestamp_seconds")).toBeGreaterThan(
    Date.parse("2026-01-31") / 1_000,
  );
  expect(after.get('paymaster_bill_run_last_accounts{state="failed"}')).toBe(0);
  const checks = [...after].filter(([key]) => key.startsWith("paymaster_invariant_ok{"));
  expect(checks.length).toBeGreaterThan(10);
  expect(checks.every(([, value]) => value === 1)).toBe(true);
  expect(after.get("paymaster_invariants_checked_timestamp_seconds")).toBeGreaterThan(0);
});
