/** Signing in, and finding the account that one looks for. */
import { readFile } from "node:fs/promises";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import {
  expectAccessible,
  launchBrowser,
  NARROW,
  signInAsMaster,
  signInAsOperator,
  visit,
} from "./support/browser.js";

import { takePictures } from "./support/pictures.js";

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

test("a wrong key is refused in words, and nothing of the secret stays in the page", async () => {
  const { page, complaints } = await visit(browser);
  await page.goto("/accounts");
  await expectAccessible(page);
  await page.getByLabel("Operator’s key").fill("pma_wrong");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("These credentials are not known here").waitFor();
  const { admin_key } = inject("credentials");
  await page.getByLabel("Operator’s key").fill(admin_key);
  await page.getByRole("button", { name: "Sign in" }).click();
  // The address that was asked for is still there after the sign-in.
  await page.getByRole("heading", { name: "Accounts" }).waitFor();
  const kept = await page.evaluate(() => ({
    cookies: document.cookie,
    storage: JSON.stringify({ ...localStorage, ...sessionStorage }),
    html: document.documentElement.outerHTML,
  }));
  expect(kept.cookies).toBe("");
  expect(kept.storage + kept.html).not.toContain(admin_key);
  const [cookie] = await page.context().cookies(`${inject("origin")}/console/api/session`);
  expect(cookie).toMatchObject({ httpOnly: true, sameSite: "Strict", path: "/console/api" });
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "Sign in to Paymaster" }).waitFor();
  expect(complaints).toEqual([]);
});

test("accounts are searched, filtered, sorted and exported", async () => {
  const { page, complaints } = await visit(browser);
  await signInAsOperator(page, "/accounts");
  const table = page.getByRole("table", { name: "Accounts" });
  await table.getByRole("row").nth(5).waitFor();
  await expectAccessible(page);
  await takePictures(page, "accounts");
  await page.getByLabel("Search accounts").fill("baltic");
  await page.getByText("1 of 31 accounts").waitFor();
  expect(await table.getByRole("row").count()).toBe(2);
  await page.getByLabel("Search accounts").fill("");
  await page.getByText("31 accounts", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Unused" }).click();
  await page.waitForURL(/sort=-idle/);
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Export CSV" }).click();
  const csv = await readFile(await (await download).path(), "utf8");
  const [head = "", ...lines] = csv.trim().split("\r\n");
  const place = head.split(",").indexOf("idle");
  const idle = lines.map((line) => Number(line.split(",")[place]));
  expect(idle).toHaveLength(31);
  expect(idle).toEqual([...idle].sort((a, b) => b - a));
  expect(idle[0]).toBeGreaterThan(0);
  expect(complaints).toEqual([]);
});

test("a master's own session shows its sub accounts as the wire tells them", async () => {
  const { page } = await visit(browser, { viewport: NARROW });
  await signInAsMaster(page, "/accounts");
  await page.getByText("30 accounts").waitFor();
  expect(await page.getByText("Overdue").count()).toBe(0);
  await expectAccessible(page);
});
