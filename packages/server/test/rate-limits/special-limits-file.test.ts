/** Special rules of an operator's own. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  loadSpecialLimits,
  parseSpecialLimits,
} from "../../src/rate-limits/special-limits-file.js";
import { startTestServer, type TestServer } from "../support/server.js";

let dir: string;
let paymaster: TestServer;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "paymaster-limits-"));
  const file = join(dir, "limits.json");
  const twoAMinute = { count: 2, window: "interval", interval_seconds: 60, scope: "account" };
  await writeFile(
    file,
    JSON.stringify({ account_billing_invoices: [twoAMinute], download_invoice_p_d_f: [] }),
  );
  paymaster = await startTestServer({ rateLimits: true, specialLimits: file });
  await paymaster.admin("PUT", "/clock", { ticking: false });
});
afterAll(async () => {
  await paymaster.stop();
  await rm(dir, { recursive: true });
});

describe("--special-limits", () => {
  it("replaces an operation's rules, and leaves those of the others", async () => {
    const list = () => paymaster.wire("GET", "/accounts/me/billing/invoices");
    expect([(await list()).status, (await list()).status, (await list()).status]).toEqual([
      200, 200, 429,
    ]);
    await paymaster.admin("POST", "/clock/advance", { minutes: 1 });
    const { body } = await paymaster.wire<{ invoices: { id: string }[] }>(
      "GET",
      "/accounts/me/billing/invoices",
    );
    const id = body.invoices[0]?.id;
    const statuses: number[] = [];
    for (const path of [
      `/api/download/billing/invoices/${id}`,
      `/api/download/billing/invoices/${id}`,
      `/accounts/me/billing/invoices/${id}`,
      `/accounts/me/billing/invoices/${id}`,
    ]) {
      statuses.push((await paymaster.wire("GET", path)).status);
    }
    expect(statuses).toEqual([200, 200, 200, 429]);
  });

  it.each([
    [[], "one object"],
    [{ nothing: [] }, "nothing: there is no such operation. Known are account_billing,"],
    [{ account_plans: {} }, "account_plans: must be a list"],
    [{ account_plans: [3] }, "account_plans[0]: must be an object"],
    [{ account_plans: [{ count: 0, window: "day", scope: "account" }] }, "count must be"],
    [{ account_plans: [{ count: 1, window: "week", scope: "account" }] }, "window must be"],
    [{ account_plans: [{ count: 1, window: "interval", scope: "account" }] }, "interval_seconds"],
    [{ account_plans: [{ count: 1, window: "day", scope: "planet" }] }, "scope must be"],
    [{ account_plans: [{ count: 1, window: "day", scope: "invoice" }] }, "names an invoice"],
    [{ account_plans: [{ count: 1, window: "day", scope: "account", per: 1 }] }, "member: per"],
    [
      {
        account_plans: [
          { count: 1, window: "day", scope: "account" },
          { count: 2, window: "day", scope: "account" },
        ],
      },
      "two rules count the same thing",
    ],
  ])("refuses %j", (json, problem) => {
    expect(parseSpecialLimits(json)).toMatchObject({
      problems: [expect.stringContaining(problem)],
    });
  });

  it("names the file that is wrong", async () => {
    const file = join(dir, "wrong.json");
    await writeFile(file, '{"account_plans": 1}');
    await expect(loadSpecialLimits(file)).rejects.toThrow(`${file} is not used, since it is wrong`);
  });
});
