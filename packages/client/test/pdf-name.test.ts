import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { filenameOf } from "../src/pdf.js";

describe("filenameOf", () => {
  it.each([
    ['attachment; filename="INV-1.pdf"', "INV-1.pdf"],
    ["attachment; filename=INV-1.pdf", "INV-1.pdf"],
    ["attachment; filename*=UTF-8''Rechnung%20M%C3%A4rz.pdf", "Rechnung März.pdf"],
    ["attachment; filename=\"a.pdf\"; filename*=UTF-8''b.pdf", "b.pdf"],
    ['attachment; filename="../../etc/passwd"', "passwd"],
    ['attachment; filename="..\\\\x\\\\.bashrc"', "bashrc"],
    ['attachment; filename=""', "fallback.pdf"],
    ["attachment; filename*=UTF-8''%E0%A4%A", "fallback.pdf"],
    ["inline", "fallback.pdf"],
    [null, "fallback.pdf"],
  ])("reads %j as %j", (header, expected) => {
    expect(filenameOf(header, "fallback.pdf")).toBe(expected);
  });

  it("never leaves the folder", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.boolean(), (name, encoded) => {
        fc.pre(!/\p{Surrogate}/u.test(name));
        const header = encoded
          ? `attachment; filename*=UTF-8''${encodeURIComponent(name)}`
          : `attachment; filename="${name}"`;
        const result = filenameOf(header, "f.pdf");
        expect(result).not.toMatch(/[/\\]/);
        expect(result.startsWith(".")).toBe(false);
        expect(result.length).toBeGreaterThan(0);
      }),
    );
  });
});
