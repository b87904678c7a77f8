/** Finding an invoice, understanding it, taking money for it, cancelling it. */
import { readFile } from "node:fs/promises";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { expectAccessible, launchBrowser, signInAsOperator, visit } from "./support/browser.js";
import { operate } from "./support/operator.js";
import { takePictures } from "./support/pictures.js";

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

interface Invoice {
  readonly id: string;
  readonly invoice_number: string;
  readonly status: string;
  readonly balance: number;
  readonly total_amount: number;
}

const listed = async (query: string) =>
  (await operate<{ invoices: readonly Invoice[] }>("GET", `/invoices?${query}`)).invoices;

test("invoices are filtered and opened; each line says why, and the PDF is there", async () => {
  const { page, complaints } = await visit(browser);
  await signInAsOperator(page, "/invoices");
  const table = page.getByRole("table", { name: "Invoices" });
  await table.getByRole("row").nth(3).waitFor();
  await expectAccessible(page);
  await takePictures(page, "invoices");
  await page.getByLabel("Search invoices").fill("northwind");
  await page.waitForURL(/q=northwind/);
  await expect
    .poll(async () => new Set(await table.getByText("Northwind Training").allTextContents()).size)
    .toBe(1);
  await page.getByLabel("From").fill("2026-03-01");
  await page.waitForURL(/from=2026-03-01/);
  const [invoice] = await listed("search=northwind&from=2026-03-01");
  if (invoice === undefined) throw new Error("Northwind Training has an invoice in March.");
  await table.getByRole("link", { name: invoice.invoice_number }).click();
  const { lines } = await operate<{ lines: readonly { explanation: string }[] }>(
    "GET",
    `/invoices/${invoice.id}/lines`,
  );
  for (const { explanation } of lines) await page.getByText(explanation).waitFor();
  await page.locator("iframe.pdf").waitFor();
  await expectAccessible(page);
  await takePictures(page, "invoice");
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Save the PDF" }).click();
  const pdf = await readFile(await (await download).path());
  expect(pdf.subarray(0, 5).toString()).toBe("%PDF-");
  expect(complaints).toEqual([]);
});

test("a payment is recorded and settles the invoice", async () => {
  const { page } = await visit(browser);
  const open = (await listed("open=true&overdue=false")).at(-1);
  if (open === undefined) throw new Error("something is open");
  await signInAsOperator(page, `/invoices/${open.id}`);
  await page.getByRole("button", { name: "Record a payment" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Reference").fill("Transfer 2026-03-10/17");
  await expectAccessible(page);
  await dialog.getByRole("button", { name: "Record" }).click();
  await page.getByText(/is recorded\.$/).waitFor();
  await page.getByText("Paid", { exact: true }).waitFor();
  expect((await operate<Invoice>("GET", `/invoices/${open.id}`)).balance).toBe(0);
  expect(await page.getByRole("button", { name: "Cancel the invoice" }).count()).toBe(0);
});

test("an invoice that nobody has paid is cancelled, after a question", async () => {
  const { page } = await visit(browser);
  const [open] = await listed("open=true");
  if (open === undefined) throw new Error("something is open");
  await signInAsOperator(page, `/invoices/${open.id}`);
  await page.getByRole("button", { name: "Cancel the invoice" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Leave it" }).click();
  await page.getByRole("button", { name: "Cancel the invoice" }).click();
  await dialog.getByRole("button", { name: `Cancel ${open.invoice_number}` }).click();
  await page.getByText(`${open.invoice_number} is cancelled.`).waitFor();
  expect((await operate<Invoice>("GET", `/invoices/${open.id}`)).status).toBe("Canceled");
});
