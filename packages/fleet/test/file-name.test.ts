import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { invoiceFileName, safeName } from "../src/invoices/file-name.js";

describe("names of files", () => {
  it("say account, date and number", () => {
    const name = invoiceFileName({
      accountId: "5KqZ_-",
      accountName: "Acme / Söhne: Ltd.",
      invoiceDate: "2026-03-01",
      number: "INV-00000043",
    });
    expect(name).toBe("Acme Söhne Ltd [5KqZ_-]/2026-03-01 INV-00000043.pdf");
  });

  it.each([
    ["../../etc/passwd", "etc passwd"],
    ["..", "unnamed"],
    ["  . ", "unnamed"],
    ["CON", "_CON"],
    ["nul.txt", "_nul.txt"],
    ["a\u0000b\u202ec", "a b c"],
    ["x".repeat(300), "x".repeat(100)],
  ])("%j is kept as %j", (given, safe) => {
    expect(safeName(given)).toBe(safe);
  });

  it("are never a way out of the folder, too long, or empty, whatever the service says", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(0x10ffff), { maxLength: 60 }), (codes) => {
        const name = safeName(String.fromCodePoint(...codes));
        expect(name).not.toMatch(/[/\\<>:"|?*\p{Cc}]|^\.|[. ]$/u);
        expect(name).not.toBe("");
        expect(Buffer.byteLength(name)).toBeLessThanOrEqual(101);
      }),
      { seed: 1 },
    );
  });
});
