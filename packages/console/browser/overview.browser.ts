/** The first thing one sees: what it costs to load, and that its figures are those of the API. */

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  expectAccessible,
  launchBrowser,
  signInAsMaster,
  signInAsOperator,
  visit,
} from "./support/browser.js";
import { operate } from "./support/operator.js";
import { takePictures } from "./support/pictures.js";

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

/** Promised for all scripts that the first view loads, as they are sent. */
const MAX_SCRIPT_BYTES = 300_000;

test("shows the figures, its charts, and leads to what is behind them", async () => {
  const { page, complaints } = await visit(browser);
  await signInAsOperator(page, "/");
  const { monthly, overdue } = await operate<{ monthly: number; overdue: number }>(
    "GET",
    "/overview",
  );
  const dollars = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD" });
  await page.getByText(dollars.format(monthly), { exact: true }).waitFor();
  await page.locator(".recharts-area-area").waitFor();
  await expectAccessible(page);
  await takePictures(page, "overview");
  await page.getByRole("link", { name: "Overdue" }).click();
  await page.waitForURL(/\/invoices\?show=overdue/);
  await page.getByRole("table", { name: "Invoices" }).getByText("Overdue").first().waitFor();
  const owed = await page.getByRole("cell").allTextContents();
  expect(owed.join(" ")).toContain(dollars.format(overdue).slice(0, 2));
  expect(complaints).toEqual([]);
});

test("costs less than 300 kB of JavaScript", async () => {
  const { page } = await visit(browser);
  await signInAsOperator(page, "/");
  await page.locator(".recharts-area-area").waitFor();
  const scripts = await page.evaluate(() =>
    performance
      .getEntriesByType("resource")
      .filter((entry) => entry.name.endsWith(".js"))
      .map((entry) => (entry as PerformanceResourceTiming).encodedBodySize),
  );
  const bytes = scripts.reduce((total, size) => total + size, 0);
  console.log(`first view: ${scripts.length} scripts, ${Math.round(bytes / 1000)} kB compressed`);
  expect(bytes).toBeGreaterThan(50_000);
  expect(bytes).toBeLessThan(MAX_SCRIPT_BYTES);
});

test("of a master's own session has what the wire tells, and says what is missing", async () => {
  const { page, complaints } = await visit(browser);
  await signInAsMaster(page, "/");
  await page.getByRole("region", { name: "Your own plans" }).getByText("Base plan").waitFor();
  await page.getByText("This needs the operator").waitFor();
  await expectAccessible(page);
  expect(complaints).toEqual([]);
});
