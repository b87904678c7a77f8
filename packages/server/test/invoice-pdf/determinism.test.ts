import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { renderInvoicePdfSync } from "../../src/invoice-pdf/render.js";
import { STRANGE_TEXTS, sampleInvoice, sampleLine, sampleLines } from "./support/sample.js";

const ONE_PAGE = sampleInvoice(sampleLines(3, 88_750));
const STRANGE = sampleInvoice(
  Object.values(STRANGE_TEXTS).map((text, index) => sampleLine(index, { chargeName: text })),
);
/**
 * The same on every machine, in every time zone and with every version of Node. They change with the
 * layout, the fonts, pdfkit, fontkit or fflate: then so do the bytes of invoices already sent, which is
 * worth a line in the change log.
 */
const KNOWN = {
  onePage: "97a7b84a96beb59a57b82dde9a504061f99fb79113da521acee98578ac52458d",
  strange: "2e678c3b1d98686af01bee8fb138d2773ff95c5e4781a2255f25ef0df217801d",
};

describe("the same document", () => {
  it("is the same bytes as ever", () => {
    expect(sha256(renderInvoicePdfSync(ONE_PAGE))).toBe(KNOWN.onePage);
    expect(sha256(renderInvoicePdfSync(STRANGE))).toBe(KNOWN.strange);
  });

  it("is the same bytes after any other document", () => {
    const greek = sampleInvoice([sampleLine(0, { chargeName: "Α\u00a0Ω Ω π\u2212ρ ‐ -" })]);
    const before = renderInvoicePdfSync(greek);
    const lookalikes = sampleInvoice([
      sampleLine(0, { chargeName: "Δ Ω ι ’ \u02bc \u2206 \u0269" }),
    ]);
    renderInvoicePdfSync(lookalikes);
    renderInvoicePdfSync(STRANGE);
    expect(renderInvoicePdfSync(greek).equals(before)).toBe(true);
    expect(sha256(renderInvoicePdfSync(ONE_PAGE))).toBe(KNOWN.onePage);
  });

  it("does not depend on the order in which its members were written", () => {
    const members = Object.entries(ONE_PAGE).reverse();
    const reversed = Object.fromEntries(members) as unknown as typeof ONE_PAGE;
    expect(sha256(renderInvoicePdfSync(reversed))).toBe(KNOWN.onePage);
  });

  it.each([
    ["Pacific/Kiritimati", "de_DE.UTF-8"],
    ["America/Los_Angeles", "tr_TR.UTF-8"],
    ["UTC", "C"],
  ])("is the same bytes in another process (%s, %s)", (timeZone, locale) => {
    const render = fileURLToPath(new URL("../../dist/invoice-pdf/render.js", import.meta.url));
    const script = `
      import { createHash } from "node:crypto";
      import { renderInvoicePdfSync } from ${JSON.stringify(render)};
      let input = "";
      for await (const chunk of process.stdin.setEncoding("utf8")) input += chunk;
      const hash = (document) => createHash("sha256").update(renderInvoicePdfSync(document));
      console.log(JSON.parse(input).map((document) => hash(document).digest("hex")).join());`;
    const output = execFileSync(process.execPath, ["--input-type=module", "-e", script], {
      input: JSON.stringify([STRANGE, ONE_PAGE]),
      env: { ...process.env, TZ: timeZone, LANG: locale, LC_ALL: locale },
      encoding: "utf8",
    });
    expect(output.trim()).toBe([KNOWN.strange, KNOWN.onePage].join());
  });

  it("is different bytes, and another identifier, when a cent differs", () => {
    const other = sampleInvoice([
      ...sampleLines(2, 88_750),
      sampleLine(2, { amountMinor: 28_001 }),
    ]);
    const idOf = (pdf: Buffer) => /\/ID \[<(\w+)>/.exec(pdf.toString("latin1"))?.[1];
    expect(idOf(renderInvoicePdfSync(other))).not.toBe(idOf(renderInvoicePdfSync(ONE_PAGE)));
  });
});

function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
