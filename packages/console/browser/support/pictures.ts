/**
 * Pictures of the screens at both widths, in `.tmp/screenshots`, to be looked at. With
 * UPDATE_SCREENSHOTS=1 those that the documents show are written into `docs/images` as well.
 */
import { copyFile, mkdir } from "node:fs/promises";
import type { Page } from "playwright-core";
import { NARROW, WIDE } from "./browser.js";

const isForDocuments = process.env.UPDATE_SCREENSHOTS === "1";
/** Charts and tables find their new size. */
const LAYOUT_MS = 300;
/** The browser's PDF viewer takes its time. */
const VIEWER_MS = 3_000;
const DIRECTORY = ".tmp/screenshots";
const IN_DOCUMENTS: ReadonlySet<string> = new Set([
  "overview-1280",
  "overview-390",
  "preview-1280",
  "invoice-1280",
]);

export async function takePictures(page: Page, name: string): Promise<void> {
  await mkdir(DIRECTORY, { recursive: true });
  // Nothing is pointed at.
  await page.mouse.move(0, 0);
  for (const size of [NARROW, WIDE]) {
    await page.setViewportSize(size);
    await page.waitForTimeout(isForDocuments && size === WIDE ? VIEWER_MS : LAYOUT_MS);
    const file = `${name}-${size.width}`;
    const path = `${DIRECTORY}/${file}.png`;
    await page.screenshot({ path });
    if (isForDocuments && IN_DOCUMENTS.has(file)) {
      await mkdir("docs/images", { recursive: true });
      await copyFile(path, `docs/images/console-${file}.png`);
    }
  }
}
