/** E-invoices of a running server: the wire's PDF and the operator's UBL, from purchases and payments on. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CONTACT, startTestServer, type TestServer } from "../support/server.js";
import { readAttachment } from "./support/attachment.js";
import { violations } from "./support/rules.js";
import { readCii, readUbl } from "./support/terms.js";

interface Listed {
  readonly invoices: readonly { id: string; status: string; total_amount: number }[];
}

let dir = "";
let server: TestServer;
/** Of a sub account in Germany whose master is in France. */
let taxed = "";

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "paymaster-e-invoice-"));
  const issuer = join(dir, "issuer.json");
  await writeFile(
    issuer,
    JSON.stringify({
      name: "Nordlicht Kommunikation GmbH",
      address_lines: ["Hafenstraße 12"],
      city: "Hamburg",
      zip: "20457",
      country: "DE",
      vat_id: "DE123456789",
      registration_id: "HRB 123456",
    }),
  );
  const taxTable = join(dir, "taxes.json");
  await writeFile(taxTable, JSON.stringify({ rates: [{ country: "DE", rate_percent: 19 }] }));
  server = await startTestServer({ issuer, taxTable });
  await setContact(server.credentials.account_id, {
    country: "FR",
    state: "Rhône",
    city: "Lyon",
    zip: "69002",
  });
  taxed = await subscribed({ country: "DE", state: "Hessen", city: "Kassel", zip: "34117" });
}, 60_000);

afterAll(async () => {
  await server?.stop();
  await rm(dir, { recursive: true, force: true });
});

describe("a posted invoice", () => {
  it("is UBL for the operator, and CII in the PDF, both valid and the same", async () => {
    const { id, total_amount } = await onlyInvoice(taxed);
    const ubl = await get("admin", `/invoices/${id}/ubl`);
    expect(ubl.status).toBe(200);
    expect(ubl.headers.get("content-type")).toBe("application/xml; charset=utf-8");
    expect(ubl.headers.get("content-disposition")).toBe(`attachment; filename="${id}.xml"`);
    const terms = readUbl(await ubl.text());
    expect(violations(terms)).toEqual([]);
    expect(terms).toMatchObject({ BT55: "FR", BT70: "Mira Castellan", BT80: "DE" });
    expect(Number(terms.BT115)).toBe(total_amount);
    expect(terms.taxes).toMatchObject([{ BT118: "S", BT119: "19" }]);

    const pdf = await get("wire", `/api/download/billing/invoices/${id}`);
    const attached = readAttachment(Buffer.from(await pdf.arrayBuffer()));
    const cii = readCii(attached?.content ?? "");
    expect(violations(cii)).toEqual([]);
    const ownToSyntax = { syntax: "", root: "", currencies: [], empty: [] };
    expect({ ...cii, ...ownToSyntax }).toEqual({ ...terms, ...ownToSyntax });
  });

  it("stays what it was when the account changes, and when it is paid", async () => {
    const { id, total_amount } = await onlyInvoice(taxed);
    const before = await (await get("admin", `/invoices/${id}/ubl`)).text();
    await setContact(taxed, { country: "NL", state: "Utrecht" });
    await server.admin("PATCH", `/accounts/${taxed}`, { tax_exempt: true });
    await server.admin("POST", `/accounts/${taxed}/payments`, {
      amount: total_amount,
      currency: "USD",
      reference: "e-invoice",
      invoice_ids: [id],
    });
    expect(await (await get("admin", `/invoices/${id}/ubl`)).text()).toBe(before);
  });
});

describe("what no tax means", () => {
  it("is exempt, with a reason, for an account that is", async () => {
    const exempt = await subscribed({ country: "DE", state: "Hessen" }, { tax_exempt: true });
    const terms = await ublOf(exempt);
    expect(violations(terms)).toEqual([]);
    expect(terms.taxes).toMatchObject([{ BT118: "E", BT119: "0", BT120: "Exempt from tax" }]);
    expect(terms.BT31).toBe("DE123456789");
  });

  it("is not subject to VAT where there is no rate", async () => {
    const abroad = await subscribed({ country: "NZ", state: "Otago" });
    const terms = await ublOf(abroad);
    expect(violations(terms)).toEqual([]);
    expect(terms.taxes).toMatchObject([{ BT118: "O", BT119: null }]);
    expect([terms.BT30, terms.BT31]).toEqual(["HRB 123456", null]);
  });
});

describe("what has no e-invoice", () => {
  it("is answered with what is missing", async () => {
    const master = await server.admin<{ id: string }>("POST", "/accounts", {
      kind: "regular",
      account_name: "No Address",
      email: "owner@no-address.example",
    });
    const bill = await server.admin<{ invoices: number }>("POST", "/bill-runs", {
      target_date: "2026-01-31",
      mode: "post",
      account_ids: [master.body.id],
    });
    expect(bill.status).toBe(201);
    const id = await invoiceOf(master.body.id);
    const answer = await get("admin", `/invoices/${id}/ubl`);
    expect(answer.status).toBe(409);
    expect(await answer.json()).toEqual({
      code: 409,
      message: "The invoice cannot be stated as an EN 16931 e-invoice.",
      errors: [
        {
          field: "payer.contact.country",
          message: "The billing contact of the payer has no country (BR-11).",
        },
      ],
    });
  });

  it("is a cancelled invoice, which has its PDF still", async () => {
    const account = await subscribed({ country: "DE", state: "Hessen" });
    const { id } = await onlyInvoice(account);
    expect((await server.admin("POST", `/invoices/${id}/cancel`)).status).toBe(200);
    const answer = await get("admin", `/invoices/${id}/ubl`);
    expect(answer.status).toBe(409);
    expect(await answer.json()).toMatchObject({
      errors: [{ field: "invoice.status", message: "The invoice was cancelled." }],
    });
    const pdf = await get("wire", `/api/download/billing/invoices/${id}`);
    expect(readAttachment(Buffer.from(await pdf.arrayBuffer()))).toBeNull();
  });

  it("is unknown", async () => {
    const answer = await get("admin", `/invoices/${"0".repeat(32)}/ubl`);
    expect(answer.status).toBe(404);
  });

  it("is asked for without the operator's key", async () => {
    const { id } = await onlyInvoice(taxed);
    const url = `${server.credentials.admin_url}/invoices/${id}/ubl`;
    expect((await fetch(url)).status).toBe(401);
  });
});

describe("an issuer that was renamed", () => {
  it("issues what is posted from then on; what was posted before stays as it was", async () => {
    const { id } = await onlyInvoice(taxed);
    const before = await (await get("admin", `/invoices/${id}/ubl`)).text();
    const renamed = join(dir, "renamed.json");
    await writeFile(
      renamed,
      JSON.stringify({ name: "Nordlicht SE", country: "DE", vat_id: "DE987654321" }),
    );
    const { databaseUrl } = server;
    const later = await startTestServer({ issuer: renamed, databaseUrl });
    try {
      expect(await (await get("admin", `/invoices/${id}/ubl`)).text()).toBe(before);
      const account = await subscribed({ country: "DE", state: "Hessen" });
      expect(await ublOf(account)).toMatchObject({ BT27: "Nordlicht SE", BT31: "DE987654321" });
    } finally {
      await later.stop();
    }
  });
});

async function subscribed(
  contact: Readonly<Record<string, string>>,
  settings: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const id = await server.subAccount();
  if (Object.keys(settings).length > 0) await server.admin("PATCH", `/accounts/${id}`, settings);
  const answer = await server.wire("POST", `/accounts/${id}/plans`, {
    body: { contact: { ...CONTACT, ...contact }, plan_base: { type: "monthly", hosts: 3 } },
  });
  expect(answer.status).toBe(201);
  return id;
}

async function setContact(account: string, contact: Readonly<Record<string, string>>) {
  const answer = await server.wire("PATCH", `/accounts/${account}/billing`, {
    body: { ...CONTACT, ...contact },
  });
  expect(answer.status).toBe(204);
}

async function onlyInvoice(account: string): Promise<Listed["invoices"][number]> {
  const { body } = await server.wire<Listed>("GET", `/accounts/${account}/billing/invoices`);
  const [invoice] = body.invoices;
  if (invoice === undefined) throw new Error(`${account} has no invoice`);
  return invoice;
}

async function invoiceOf(account: string): Promise<string> {
  const { body } = await server.admin<{ entries: { invoice_id: string | null }[] }>(
    "GET",
    `/ledger?account_id=${account}`,
  );
  return body.entries.find((entry) => entry.invoice_id !== null)?.invoice_id ?? "";
}

async function ublOf(account: string) {
  const { id } = await onlyInvoice(account);
  return readUbl(await (await get("admin", `/invoices/${id}/ubl`)).text());
}

function get(api: "admin" | "wire", path: string): Promise<Response> {
  const { admin_url, admin_key, api_key, base_url } = server.credentials;
  const [url, key] = api === "admin" ? [admin_url, admin_key] : [base_url, api_key];
  return fetch(`${url}${path}`, { headers: { authorization: `Bearer ${key}` } });
}
