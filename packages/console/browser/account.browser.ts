/** Subscribing, changing and cancelling: what the preview shows is what the invoice then says. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  expectAccessible,
  launchBrowser,
  signInAsMaster,
  signInAsOperator,
  visit,
} from "./support/browser.js";
import { accountNamed, operate } from "./support/operator.js";
import { takePictures } from "./support/pictures.js";

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

interface Invoice {
  readonly id: string;
  readonly total_amount: number;
  readonly currency: string;
}

async function invoicesOf(accountId: string): Promise<readonly Invoice[]> {
  const path = `/invoices?account_id=${accountId}`;
  return (await operate<{ invoices: readonly Invoice[] }>("GET", path)).invoices;
}

const money = (amount: number) =>
  new Intl.NumberFormat("en-US", { style: "currency", currency: "USD" }).format(amount);

/** The dialog's second step: the lines and the amount that would be invoiced. */
async function readPreview(page: Page) {
  const dialog = page.getByRole("dialog");
  await dialog.getByText("Takes effect on").waitFor();
  const total = (await dialog.locator("[data-sum=now]").textContent()) ?? "";
  const amounts = await dialog.locator("tbody .number").allTextContents();
  return { dialog, total, amounts };
}

/** The one invoice that was not there before is the one that was previewed, line by line. */
async function expectInvoiced(
  accountId: string,
  before: readonly Invoice[],
  preview: { readonly total: string; readonly amounts: readonly string[] },
): Promise<Invoice> {
  const known = new Set(before.map(({ id }) => id));
  const made = (await invoicesOf(accountId)).filter(({ id }) => !known.has(id));
  expect(made).toHaveLength(1);
  const [invoice] = made;
  if (invoice === undefined) throw new Error("there is an invoice");
  expect(preview.total).toBe(money(invoice.total_amount));
  const { lines } = await operate<{ lines: readonly { amount: number }[] }>(
    "GET",
    `/invoices/${invoice.id}/lines`,
  );
  expect(preview.amounts).toEqual(lines.map(({ amount }) => money(amount)));
  return invoice;
}

test("an account is subscribed as its preview said", async () => {
  const { page, complaints } = await visit(browser);
  const account = await accountNamed("Amber Lane Books");
  const before = await invoicesOf(account.id);
  await signInAsOperator(page, `/accounts/${account.id}`);
  await page.getByRole("button", { name: "Subscribe" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Base plan").fill("business_monthly");
  await page.getByRole("option", { name: /\(business_monthly\)/ }).click();
  await dialog.getByLabel("Licences").fill("12");
  for (const [label, value] of [
    ["First name", "Amber"],
    ["Last name", "Lane"],
    ["Email", "billing@amber-lane-books.example"],
    ["Phone", "+1 206 555 0171"],
    ["Address", "12 Amber Lane"],
    ["City", "Seattle"],
    ["Postal code", "98101"],
  ] as const) {
    await dialog.getByLabel(label, { exact: true }).fill(value);
  }
  await dialog.getByLabel("Country").fill("United States");
  await page.getByRole("option", { name: "United States (US)" }).click();
  await dialog.getByLabel("State").fill("WA");
  await page.getByRole("option", { name: "WA", exact: true }).click();
  await expectAccessible(page);
  await dialog.getByRole("button", { name: "Preview" }).click();
  const preview = await readPreview(page);
  await expectAccessible(page);
  await takePictures(page, "preview");
  // Nothing has happened until the last button.
  expect(await invoicesOf(account.id)).toEqual(before);
  await dialog.getByRole("button", { name: "Subscribe" }).click();
  await page.getByText(`Subscribe: done. ${preview.total} was invoiced.`).waitFor();
  await expectInvoiced(account.id, before, preview);
  await page.getByRole("cell", { name: "Zoom Workplace Biz Monthly Base" }).waitFor();
  expect(complaints).toEqual([]);
});

test("licences are added as the preview said, and what was previewed is what is made", async () => {
  const { page } = await visit(browser);
  const account = await accountNamed("Baltic Freight Forwarding");
  const before = await invoicesOf(account.id);
  await signInAsOperator(page, `/accounts/${account.id}`);
  await page.getByRole("button", { name: "Change Zoom Workplace Biz Annual" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Licences").fill("35");
  await dialog.getByRole("button", { name: "Preview" }).click();
  await readPreview(page);
  await dialog.getByRole("button", { name: "Back" }).click();
  await dialog.getByLabel("Licences").fill("33");
  await dialog.getByRole("button", { name: "Preview" }).click();
  const preview = await readPreview(page);
  await dialog.getByText(/3 hosts added/).waitFor();
  await dialog.getByRole("button", { name: "Change" }).click();
  await page.getByText("Change: done.").waitFor();
  await expectInvoiced(account.id, before, preview);
  await page.getByText("17 / 33").waitFor();
});

test("what the service refuses is said in its words, where it was asked for", async () => {
  const { page } = await visit(browser);
  const account = await accountNamed("Baltic Freight Forwarding");
  await signInAsOperator(page, `/accounts/${account.id}`);
  await page.getByRole("button", { name: "Cancel Zoom Workplace Biz Annual" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Preview" }).click();
  await dialog.getByRole("alert").getByText("cancel all additional subscriptions").waitFor();
});

test("an add-on is cancelled with its reason, which is then told", async () => {
  const { page } = await visit(browser);
  const account = await accountNamed("Baltic Freight Forwarding");
  await signInAsOperator(page, `/accounts/${account.id}`);
  await page.getByRole("button", { name: "Cancel Webinar 500 Annual" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Reason").click();
  await page.getByRole("option", { name: "too expensive" }).click();
  await dialog.getByLabel("Comment").fill("Until the autumn fair");
  await dialog.getByRole("button", { name: "Preview" }).click();
  const preview = await readPreview(page);
  expect(preview.total).toBe("$0.00");
  await dialog.getByRole("button", { name: "Cancel the plan" }).click();
  await page
    .getByText(/cancelled 10 Mar 2026: too expensive \(“Until the autumn fair”\)/)
    .waitFor();
  await expectAccessible(page);
  await takePictures(page, "account");
  await page.getByRole("tab", { name: "Activity" }).click();
  await page.waitForURL(/\/activity$/);
  await page.getByText("operator", { exact: true }).first().waitFor();
  await expectAccessible(page);
});

test("the contact is edited; what is wrong is said beside its field", async () => {
  const { page } = await visit(browser);
  const account = await accountNamed("Elmwood Dental Group");
  await signInAsOperator(page, `/accounts/${account.id}/contact`);
  const save = page.getByRole("button", { name: "Save" });
  expect(await save.isDisabled()).toBe(true);
  await page.getByLabel("City", { exact: true }).fill("Elmwood Springs");
  await expectAccessible(page);
  await save.click();
  await page.getByText("The contact is saved.").waitFor();
  await page.reload();
  expect(await page.getByLabel("City", { exact: true }).inputValue()).toBe("Elmwood Springs");
});

test("a master changes its sub account's plans by itself, and sees its invoices", async () => {
  const { page, complaints } = await visit(browser);
  const account = await accountNamed("Fjord Analytics");
  const before = await invoicesOf(account.id);
  await signInAsMaster(page, `/accounts/${account.id}`);
  await page
    .getByRole("button", { name: /^Change / })
    .first()
    .click();
  const dialog = page.getByRole("dialog");
  const licences = dialog.getByLabel("Licences");
  await licences.fill(String(Number(await licences.inputValue()) + 2));
  await dialog.getByRole("button", { name: "Preview" }).click();
  const preview = await readPreview(page);
  await dialog.getByRole("button", { name: "Change" }).click();
  await page.getByText("Change: done.").waitFor();
  const invoice = await expectInvoiced(account.id, before, preview);
  await page.getByRole("tab", { name: "Invoices" }).click();
  await page.getByRole("table", { name: "Invoices" }).getByRole("link").first().click();
  await page.waitForURL(new RegExp(`/invoices/${invoice.id}`));
  expect(await page.locator("[data-sum=total]").textContent()).toBe(preview.total);
  await page.getByRole("button", { name: "Save the PDF" }).waitFor();
  await expectAccessible(page);
  expect(complaints).toEqual([]);
});
