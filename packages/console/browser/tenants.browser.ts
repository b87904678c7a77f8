/** Several masters on one service: each by itself, or all together. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { expectAccessible, launchBrowser, signInAsOperator, visit } from "./support/browser.js";
import { operate } from "./support/operator.js";

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

test("the operator looks at one master by itself; the address keeps the choice", async () => {
  const { page, complaints } = await visit(browser);
  const body = { kind: "master", account_name: "Second Harbor" };
  const { id } = await operate<{ id: string }>("POST", "/accounts", body);
  await signInAsOperator(page, "/");
  await page.getByPlaceholder("All masters").click();
  await page.getByRole("option", { name: "Second Harbor" }).click();
  await page.waitForURL(new RegExp(`master=${id}`));
  const { monthly } = await operate<{ monthly: number }>("GET", `/overview?master_id=${id}`);
  expect(monthly).toBeGreaterThan(0);
  await page
    .getByText(`$${monthly.toFixed(2)}`, { exact: true })
    .first()
    .waitFor();
  await page.reload();
  await page
    .getByText(`$${monthly.toFixed(2)}`, { exact: true })
    .first()
    .waitFor();
  await expectAccessible(page);
  await page.goto(`/accounts?master=${id}`);
  await page.getByText(/^1 of \d+ accounts$/).waitFor();
  expect(complaints).toEqual([]);
});
