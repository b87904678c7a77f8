/** The reference in a browser: what it shows, that it asks nobody else, and its try-it. */
import { operationList, sampleLanguages } from "@paymaster/contract";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it, vi } from "vitest";
import { expectNoSeriousFinding, launchBrowser, NARROW, visit, WIDE } from "./support/browser.js";

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

const PATIENCE_MS = 60_000;
vi.setConfig({ testTimeout: 4 * PATIENCE_MS });

const USAGE = "api/tag/billing/GET/accounts/{accountId}/plans/usage";

describe.each([
  { scheme: "light", viewport: WIDE },
  { scheme: "dark", viewport: WIDE },
  { scheme: "light", viewport: NARROW },
  { scheme: "dark", viewport: NARROW },
] as const)("in $scheme at $viewport.width pixels", ({ scheme, viewport }) => {
  it("shows every operation, can be used by everybody, and asks no other host", async () => {
    const { page, complaints } = await visit(browser, { viewport, colorScheme: scheme });
    const hosts = hostsOf(page);
    await openReference(page);
    for (const { title } of operationList.filter(({ group }) => group === "billing")) {
      await page.getByRole("heading", { name: title, exact: true }).waitFor({ state: "attached" });
    }
    await expectNoSeriousFinding(page, scheme);
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - window.innerWidth,
    );
    expect(overflow).toBeLessThanOrEqual(0);
    await goTo(page, USAGE);
    expect([...hosts]).toEqual([new URL(inject("origin")).host]);
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});

describe("an operation", () => {
  it("has its scopes, limits, errors, their sources, and a sample in every language", async () => {
    const { page } = await visit(browser);
    await openReference(page);
    const operation = await goTo(page, USAGE);
    for (const text of [
      "billing:read:plan_usage:master",
      "Heavy",
      "S0, S1, OAD, D26: documented",
    ]) {
      await operation.getByText(text).first().waitFor();
    }
    await operation.getByText("Only available for paid account.").first().waitFor();
    await operation.getByRole("button", { name: "curl" }).click();
    for (const { label } of Object.values(sampleLanguages)) {
      await page.getByRole("option", { name: label, exact: true }).waitFor();
    }
    await page.getByRole("option", { name: "Go", exact: true }).click();
    await operation.getByText("package main").waitFor();
    await page.context().close();
  });
});

describe("the try-it", () => {
  it("answers with a pasted API key", async () => {
    const { page, complaints } = await visit(browser);
    await openReference(page);
    await page.getByLabel("Bearer Token").first().fill(inject("credentials").api_key);
    expect(await send(page)).toBe(200);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("answers after signing in with client credentials, and keeps none of it", async () => {
    const { page } = await visit(browser);
    await openReference(page);
    await page
      .getByRole("button", { name: /Auth Type/ })
      .first()
      .click();
    await page.getByText("oauth2", { exact: true }).last().click();
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "oauth2", exact: true }).first().click();
    const { client_id, client_secret } = inject("credentials");
    await page.getByText("Client ID", { exact: true }).first().click();
    await page.keyboard.type(client_id);
    await page.getByText("Client Secret", { exact: true }).first().click();
    await page.keyboard.type(client_secret);
    const token = page.waitForResponse((response) => response.url().endsWith("/oauth/token"));
    await page.getByRole("button", { name: "Authorize", exact: true }).first().click();
    expect((await token).status()).toBe(200);
    // The viewer has taken the token when it offers to clear it.
    await page.getByRole("button", { name: "Clear", exact: true }).first().waitFor();
    expect(await send(page)).toBe(200);
    const stored = await page.evaluate(() =>
      JSON.stringify({ ...localStorage, ...sessionStorage }),
    );
    expect(stored).not.toContain(client_secret);
    await page.context().close();
  });
});

async function openReference(page: Page): Promise<void> {
  // The viewer builds the whole document at once: on a busy machine that takes a while.
  page.setDefaultTimeout(PATIENCE_MS);
  await page.goto("/reference");
  await page.getByRole("heading", { name: "Get plan usage" }).waitFor({ state: "attached" });
}

/** Opens the section of an operation by its address in the page. */
async function goTo(page: Page, anchor: string) {
  await page.evaluate((hash) => {
    location.hash = hash;
  }, anchor);
  const section = page.locator(`[id="${anchor}"]`);
  await section.getByRole("button", { name: /Test Request/ }).waitFor();
  return section;
}

/** Sends Get plan usage for `me` from its try-it; the status that it got. */
async function send(page: Page): Promise<number> {
  const operation = await goTo(page, USAGE);
  await operation.getByRole("button", { name: /Test Request/ }).click();
  const dialog = page.getByRole("dialog");
  const answer = page.waitForResponse((response) =>
    response.url().endsWith("/v2/accounts/me/plans/usage"),
  );
  await dialog.getByRole("button", { name: /Send get/i }).click();
  const status = (await answer).status();
  if (status === 200) await dialog.getByText("plan_recording").first().waitFor();
  return status;
}

function hostsOf(page: Page): ReadonlySet<string> {
  const hosts = new Set<string>();
  page.on("request", (request) => {
    const { protocol, host } = new URL(request.url());
    if (protocol !== "data:") hosts.add(host);
  });
  return hosts;
}
