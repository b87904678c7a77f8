/** Bill runs and the clock: previewing, running, watching, setting aside, and letting time pass. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { expectAccessible, launchBrowser, signInAsOperator, visit } from "./support/browser.js";
import { accountNamed, operate, sql } from "./support/operator.js";
import { takePictures } from "./support/pictures.js";

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

const dollars = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD" });

interface BillRun {
  readonly invoices: number;
  readonly total: number;
  readonly accounts_failed: number;
}

test("a bill run is previewed, then made as drafts; a damaged account is set aside with its reason", async () => {
  const { page, complaints } = await visit(browser);
  const account = await accountNamed("Juniper Legal");
  const damage = (blocks: string) =>
    sql(
      `update subscription_items set host_blocks = $2 where account_id = $1 and role = 'base'
        and status = 'active'`,
      [account.id, blocks],
    );
  await signInAsOperator(page, "/bill-runs");
  await page.getByRole("table", { name: "Bill runs" }).getByRole("row").nth(2).waitFor();
  await expectAccessible(page);
  await takePictures(page, "bill-runs");
  await page.getByLabel("Due up to").fill("2026-03-31");
  await page.getByRole("button", { name: "Run preview" }).click();
  await page.getByRole("heading", { name: "Preview up to 31 Mar 2026" }).waitFor();
  await page.getByText("Done", { exact: true }).waitFor();
  const previewId = page.url().split("/").at(-1);
  const preview = await operate<BillRun>("GET", `/bill-runs/${previewId}`);
  expect(preview.invoices).toBeGreaterThan(3);
  await page.getByText(dollars.format(preview.total), { exact: true }).waitFor();

  await damage("[1]");
  await page.getByRole("link", { name: "All bill runs" }).click();
  await page.getByLabel("Due up to").fill("2026-03-31");
  await page.getByText("Drafts", { exact: true }).first().click();
  await page.getByRole("button", { name: "Run drafts" }).click();
  await page.getByRole("region", { name: "Set aside" }).getByText("Juniper Legal").waitFor();
  await page.getByText(/was charged for other hosts than it has/).waitFor();
  await damage("[12]");
  await expectAccessible(page);
  await takePictures(page, "bill-run");
  const drafts = await operate<{ invoices: readonly { id: string }[] }>(
    "GET",
    "/invoices?status=Draft",
  );
  expect(drafts.invoices).toHaveLength(preview.invoices - 1);
  // A draft leads to the posting of it.
  const [draft] = drafts.invoices;
  await page.goto(`/invoices/${draft?.id}`);
  await page.getByText("A draft has no PDF").waitFor();
  await page.getByRole("button", { name: "Withdraw" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Cancel Draft" }).click();
  await page.getByText("Draft is cancelled.").waitFor();
  expect(complaints).toEqual([]);
});

test("the clock goes to the next event and to a day, and tells what happened on the way", async () => {
  const { page, complaints } = await visit(browser);
  await signInAsOperator(page, "/clock");
  await page.getByRole("button", { name: "To the next event, 11 Mar 2026" }).click();
  await page.getByText(/From 10 Mar 2026 to 11 Mar 2026: \d+ invoices? w/).waitFor();
  await expectAccessible(page);
  const before = await operate<{ invoices: readonly unknown[] }>("GET", "/invoices");
  await page.getByLabel("To a day").fill("2026-04-20");
  await page.getByRole("button", { name: "Advance" }).click();
  const told = page.getByText(/From 11 Mar 2026 to 20 Apr 2026/);
  await told.waitFor();
  await takePictures(page, "clock");
  const after = await operate<{ invoices: readonly unknown[] }>("GET", "/invoices");
  const posted = Number(/(\d+) invoices/.exec((await told.textContent()) ?? "")?.[1]);
  expect(posted).toBeGreaterThan(10);
  expect(after.invoices.length).toBeGreaterThan(before.invoices.length);
  expect((await operate<{ now: string }>("GET", "/clock")).now).toMatch(/^2026-04-20T00:00:00/);
  const { ok } = await operate<{ ok: boolean }>("GET", "/invariants");
  expect(ok).toBe(true);
  // The session lives on, though forty days have passed for the service.
  await page.getByRole("link", { name: "Overview" }).click();
  await page.getByText("As of 20 Apr 2026").waitFor();
  expect(complaints).toEqual([]);
});
