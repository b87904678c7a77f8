/** Chromium, found where systems put it, and what every screen is held to. */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { chromium } from "playwright-core";
import { expect, inject } from "vitest";

const PLACES = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
  "/snap/bin/chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
];

export const WIDE = { width: 1280, height: 800 };
export const NARROW = { width: 390, height: 844 };

export function launchBrowser(): Promise<Browser> {
  const named = process.env.PAYMASTER_CHROMIUM;
  const executablePath = named ?? PLACES.find((path) => existsSync(path));
  if (executablePath === undefined) {
    throw new Error(
      "There is no Chromium here. On Debian or Ubuntu: apt-get install chromium. " +
        "Elsewhere: install Chrome or Chromium and set PAYMASTER_CHROMIUM to its program.",
    );
  }
  return chromium.launch({
    executablePath,
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
  });
}

export interface Visit {
  readonly page: Page;
  /** Errors of scripts, and what the content security policy refused. */
  readonly complaints: readonly string[];
}

/** A new window on the server's console; nobody is signed in. */
export async function visit(browser: Browser, options: BrowserContextOptions = {}): Promise<Visit> {
  const context = await browser.newContext({
    baseURL: inject("origin"),
    viewport: WIDE,
    reducedMotion: "reduce",
    timezoneId: "UTC",
    locale: "en-GB",
    ...options,
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    // The browser's own line about an answer of 4xx is no fault of the page.
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) {
      complaints.push(message.text());
    }
  });
  page.setDefaultTimeout(15_000);
  return { page, complaints };
}

export async function signInAsOperator(
  page: Page,
  path = "/",
  key = inject("credentials").admin_key,
): Promise<void> {
  await page.goto(path);
  await page.getByLabel("Operator’s key").fill(key);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("button", { name: "Sign out" }).waitFor();
}

export async function signInAsMaster(page: Page, path = "/"): Promise<void> {
  const { client_id, client_secret, account_id } = inject("credentials");
  await page.goto(path);
  await page.getByText("Account", { exact: true }).click();
  await page.getByLabel("Client ID").fill(client_id);
  await page.getByLabel("Client secret").fill(client_secret);
  await page.getByLabel("Account ID").fill(account_id);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("button", { name: "Sign out" }).waitFor();
}

const axeSource = readFileSync(
  createRequire(import.meta.url).resolve("axe-core/axe.min.js"),
  "utf8",
);

interface Finding {
  readonly id: string;
  readonly impact: string | null;
  readonly help: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

/** No serious finding of axe, in light and in dark colours. */
export async function expectAccessible(page: Page): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await page.waitForFunction(
      (scheme) => document.documentElement.dataset.mantineColorScheme === scheme,
      colorScheme,
    );
    // Colours that are still on their way to the others are no finding.
    await page.evaluate(() => {
      for (const one of document.getAnimations()) {
        const isEndless = one.effect?.getComputedTiming().endTime === Number.POSITIVE_INFINITY;
        if (isEndless) one.cancel();
        else one.finish();
      }
    });
    await expectNoSeriousFinding(page, colorScheme);
  }
  await page.emulateMedia({ colorScheme: "light" });
}

/** @param as what the page is looked at, for the message */
export async function expectNoSeriousFinding(page: Page, as: string): Promise<void> {
  const findings = await findingsOf(page);
  const serious = findings
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, help, nodes }) => ({
      id,
      help,
      where: nodes.slice(0, 3).map(({ html, failureSummary }) => ({ html, failureSummary })),
    }));
  expect(serious, `${page.url()} in ${as}`).toEqual([]);
}

/** axe comes in past the content security policy, as a debugger does. */
function findingsOf(page: Page): Promise<readonly Finding[]> {
  return page.evaluate(async (source) => {
    const scope = window as unknown as {
      axe?: { run(): Promise<{ violations: readonly Finding[] }> };
    };
    // biome-ignore lint/security/noGlobalEval: the checker's own source, in a test
    if (scope.axe === undefined) globalThis.eval(source);
    const { violations } = (await scope.axe?.run()) ?? { violations: [] };
    return violations;
  }, axeSource);
}
