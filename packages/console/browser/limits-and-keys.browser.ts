/** What may be called, and with which keys. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import {
  expectAccessible,
  launchBrowser,
  signInAsMaster,
  signInAsOperator,
  visit,
} from "./support/browser.js";
import { accountNamed } from "./support/operator.js";
import { takePictures } from "./support/pictures.js";

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

test("a key is made for an account, shown once, works, and is revoked", async () => {
  const { page, complaints } = await visit(browser);
  await signInAsOperator(page, "/keys");
  await page.getByRole("button", { name: "New key" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Account").fill("Meridian");
  await page.getByRole("option", { name: "Meridian Partners" }).click();
  await dialog.getByLabel("Scopes").fill("billing:master");
  await page.getByRole("option", { name: "billing:master", exact: true }).click();
  await dialog.getByRole("heading", { name: "New key" }).click();
  await expectAccessible(page);
  await dialog.getByRole("button", { name: "Make the key" }).click();
  const key = (await dialog.locator("[data-key]").textContent()) ?? "";
  expect(key).toMatch(/^pmk_/);
  await dialog.getByRole("button", { name: "I have it" }).click();
  await expect.poll(() => page.content()).not.toContain(key);
  const url = `${inject("credentials").base_url}/accounts/me/plans/usage`;
  const call = () => fetch(url, { headers: { authorization: `Bearer ${key}` } });
  expect((await call()).status).toBe(200);
  await expectAccessible(page);
  await takePictures(page, "keys");
  await page
    .getByRole("button", { name: /^Revoke / })
    .first()
    .click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
  await expect.poll(async () => (await call()).status).toBe(401);
  await page.getByLabel("Revoked ones, too").click();
  await page.getByText("Revoked", { exact: true }).first().waitFor();
  expect(complaints).toEqual([]);
});

test("limits show what a call has used up, for whom, and until when", async () => {
  const { page, complaints } = await visit(browser);
  const account = await accountNamed("Elmwood Dental Group");
  const { base_url, api_key } = inject("credentials");
  const listed = await fetch(`${base_url}/accounts/${account.id}/billing/invoices`, {
    headers: { authorization: `Bearer ${api_key}` },
  });
  expect(listed.status).toBe(200);
  await signInAsOperator(page, "/limits");
  const rules = page.getByRole("region", { name: "Special rules" });
  await rules.getByText("Elmwood Dental Group").first().waitFor();
  await rules.getByText("1 / 6").first().waitFor();
  await expectAccessible(page);
  await takePictures(page, "limits");
  expect(complaints).toEqual([]);
});

test("a master's own session shows its documented limits and says what it cannot see", async () => {
  const { page } = await visit(browser);
  await signInAsMaster(page, "/limits");
  await page.getByText("6 a day for each account").waitFor();
  await page.getByText("This needs the operator").waitFor();
  await expectAccessible(page);
  for (const path of ["/keys", "/clock", "/bill-runs", "/invoices"]) {
    await page.goto(path);
    await page.getByText("This needs the operator").waitFor();
  }
});

test("an address that is no page says so and leads on", async () => {
  const { page } = await visit(browser);
  await signInAsOperator(page, "/accounts/nobody");
  await page.getByRole("alert").getByText("Account does not exist: nobody.").waitFor();
});
