/** The wire as a client sees it, from the first account to the PDF of its invoice. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CONTACT, send, startTestServer, type TestServer } from "./support/server.js";

let paymaster: TestServer;
beforeAll(async () => {
  paymaster = await startTestServer({ testClock: "2026-01-31" });
});
afterAll(() => paymaster.stop());

describe("a sub account's life on the wire", () => {
  it("subscribes, adds a webinar, reads plans, usage and the invoice, and gets the PDF", async () => {
    const id = await paymaster.subAccount();
    const bought = await paymaster.wire("POST", `/accounts/${id}/plans`, {
      body: { contact: CONTACT, plan_base: { type: "monthly", hosts: 2 } },
    });
    expect([bought.status, bought.body]).toEqual([
      201,
      { plan_base: { type: "monthly", hosts: 2 } },
    ]);

    const added = await paymaster.wire("POST", `/accounts/${id}/plans/addons`, {
      body: { type: "webinar500_monthly", hosts: 1 },
    });
    expect(added.status).toBe(201);

    const plans = await paymaster.wire("GET", `/accounts/${id}/plans`);
    expect(plans.body).toEqual({
      plan_base: {
        type: "monthly",
        hosts: 2,
        service_effective_date: "2026-01-31",
        next_invoice_date: "2026-02-28",
        status: "active",
      },
      plan_webinar: [
        {
          type: "webinar500_monthly",
          hosts: 1,
          service_effective_date: "2026-01-31",
          next_invoice_date: "2026-02-28",
          status: "active",
        },
      ],
    });

    await paymaster.admin("PUT", `/accounts/${id}/usage`, {
      hosts: { monthly: 1 },
      recording_gb: 4,
    });
    const usage = await paymaster.wire("GET", `/accounts/${id}/plans/usage`);
    expect(usage.body).toEqual({
      plan_base: { type: "monthly", hosts: 2, usage: 1 },
      plan_webinar: [{ type: "webinar500_monthly", hosts: 1, usage: 0 }],
      plan_recording: {
        free_storage: "3 GB",
        free_storage_usage: "3 GB",
        plan_storage: "0",
        plan_storage_usage: "0",
        plan_storage_exceed: "1 GB",
      },
    });

    const listed = await paymaster.wire<{ invoices: { id: string; total_amount: number }[] }>(
      "GET",
      `/accounts/${id}/billing/invoices`,
    );
    expect(listed.body.invoices.map((invoice) => invoice.total_amount).sort()).toEqual([29.98, 79]);
    const first = listed.body.invoices.find((invoice) => invoice.total_amount === 29.98);
    const detail = await paymaster.wire("GET", `/accounts/${id}/billing/invoices/${first?.id}`);
    expect(detail.body.invoice_items).toEqual([
      {
        charge_name: "Standard Pro Monthly",
        charge_number: "C-00000001",
        charge_type: "Recurring",
        start_date: "2026-01-31",
        end_date: "2026-02-27",
        quantity: 2,
        tax_amount: 0,
        total_amount: 29.98,
      },
    ]);

    for (const prefix of ["/v2", ""]) {
      const url = `${paymaster.server.origin}${prefix}/api/download/billing/invoices/${first?.id}`;
      const pdf = await send("GET", url, paymaster.credentials.api_key);
      expect([pdf.status, pdf.headers.get("content-type")]).toEqual([200, "application/pdf"]);
    }
  });

  it("renews as the clock passes, from the anchor and never from the last period", async () => {
    const id = await paymaster.subAccount();
    await paymaster.wire("POST", `/accounts/${id}/plans`, {
      body: { contact: CONTACT, plan_base: { type: "monthly", hosts: 1 } },
    });
    const moved = await paymaster.admin("POST", "/clock/advance", { to: "2026-04-01" });
    expect(moved.status).toBe(200);
    const listed = await paymaster.wire<{ invoices: { invoice_date: string }[] }>(
      "GET",
      `/accounts/${id}/billing/invoices`,
    );
    expect(listed.body.invoices.map((invoice) => invoice.invoice_date)).toEqual([
      "2026-03-31",
      "2026-02-28",
      "2026-01-31",
    ]);
    const invariants = await paymaster.admin<{ ok: boolean; checks: unknown[] }>(
      "GET",
      "/invariants",
    );
    expect(invariants.body).toMatchObject({ ok: true });
  });

  it("shows a preview that changes nothing and is what the write then does", async () => {
    const id = await paymaster.subAccount();
    const body = { contact: CONTACT, plan_base: { type: "business_monthly", hosts: 10 } };
    const preview = await paymaster.wire("POST", `/accounts/${id}/plans`, {
      body,
      headers: { prefer: "preview" },
    });
    expect([preview.status, preview.body.total_amount]).toEqual([200, 199.9]);
    expect((await paymaster.wire("GET", `/accounts/${id}/plans`)).body).toEqual({});
    await paymaster.wire("POST", `/accounts/${id}/plans`, { body });
    const listed = await paymaster.wire<{ invoices: { total_amount: number }[] }>(
      "GET",
      `/accounts/${id}/billing/invoices`,
    );
    expect(listed.body.invoices.map((invoice) => invoice.total_amount)).toEqual([199.9]);
  });

  it("buys once, however often a request with the same Idempotency-Key arrives", async () => {
    const id = await paymaster.subAccount();
    const body = { contact: CONTACT, plan_base: { type: "monthly", hosts: 3 } };
    const headers = { "idempotency-key": `buy-${id}` };
    const answers = await Promise.all(
      [1, 2, 3].map(() => paymaster.wire("POST", `/accounts/${id}/plans`, { body, headers })),
    );
    expect(answers.every(({ status }) => status === 201 || status === 409)).toBe(true);
    const again = await paymaster.wire("POST", `/accounts/${id}/plans`, { body, headers });
    expect([again.status, again.headers.get("idempotency-replayed")]).toEqual([201, "true"]);
    const other = await paymaster.wire("POST", `/accounts/${id}/plans`, {
      body: { ...body, plan_base: { type: "monthly", hosts: 4 } },
      headers,
    });
    expect(other.status).toBe(409);
    const listed = await paymaster.wire<{ invoices: unknown[] }>(
      "GET",
      `/accounts/${id}/billing/invoices`,
    );
    expect(listed.body.invoices).toHaveLength(1);
  });
});
