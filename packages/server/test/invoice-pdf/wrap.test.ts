import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { measure, printable, shape } from "../../src/invoice-pdf/fonts.js";
import { wrap, wrapParagraphs } from "../../src/invoice-pdf/wrap.js";
import { STRANGE_TEXTS } from "./support/sample.js";

const OPTIONS = { weight: "regular", size: 9, width: 120, maxLines: 100 } as const;

describe("wrap", () => {
  it("breaks at spaces and after hyphens, never inside a charge number", () => {
    const lines = wrap("Standard Biz Annual, unused part of well-known C-00000004 plan", OPTIONS);
    expect(lines.length).toBeGreaterThan(1);
    expect(lines.join(" ").replace("well- known", "well-known")).toBe(
      "Standard Biz Annual, unused part of well-known C-00000004 plan",
    );
    expect(lines.some((line) => line.includes("C-00000004"))).toBe(true);
  });

  it("breaks Japanese between characters, Korean between words, and a long word anywhere", () => {
    const japanese = wrap(STRANGE_TEXTS.japanese, OPTIONS);
    expect(japanese.length).toBeGreaterThan(1);
    expect(japanese.join("")).toBe(STRANGE_TEXTS.japanese);
    expect(wrap(`${"한국".repeat(6)} 커뮤니케이션`, OPTIONS)[1]).toBe("커뮤니케이션");
    expect(wrap("W".repeat(60), OPTIONS).join("")).toBe("W".repeat(60));
  });

  it("marks what it cuts", () => {
    const lines = wrap("word ".repeat(100), { ...OPTIONS, maxLines: 2 });
    expect(lines).toHaveLength(2);
    expect(lines[1]?.endsWith("…")).toBe(true);
    const paragraphs = wrapParagraphs(["a\nb", "c\r\nd"], { ...OPTIONS, maxLines: 3 });
    expect(paragraphs).toEqual(["a", "b", "c…"]);
  });

  it("loses no character and no line is too wide, whatever the text", () => {
    const text = fc.oneof(fc.string({ unit: "binary", maxLength: 80 }), fc.lorem());
    fc.assert(
      fc.property(text, fc.integer({ min: 20, max: 400 }), (input, width) => {
        const lines = wrap(input, { ...OPTIONS, width });
        const kept = lines.join("").replaceAll(" ", "").normalize("NFC");
        expect(kept).toBe(printable(input).replaceAll(" ", "").normalize("NFC"));
        for (const line of lines) {
          const isOneCharacter = [...line].length === 1;
          if (!isOneCharacter) expect(measure(line, "regular", 9)).toBeLessThanOrEqual(width);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe("shape", () => {
  it("draws Latin, Greek and Cyrillic, Chinese, Japanese and Korean without a box", () => {
    for (const name of [
      "latin",
      "vietnamese",
      "greek",
      "cyrillic",
      "japanese",
      "chinese",
      "korean",
    ]) {
      const text = STRANGE_TEXTS[name as keyof typeof STRANGE_TEXTS];
      const { runs } = shape(text, "semibold");
      expect(
        runs.filter((run) => run.actualText !== null),
        name,
      ).toEqual([]);
    }
  });

  it("draws a box for what no font has and keeps the true text", () => {
    const { runs, width } = shape(STRANGE_TEXTS.arabic, "regular");
    expect(width).toBeGreaterThan(0);
    expect(runs.map((run) => run.actualText).filter((text) => text !== null)).toEqual(
      STRANGE_TEXTS.arabic.split(" "),
    );
  });

  it("gives every digit the same width, beside any neighbour", () => {
    const width = measure("0", "regular", 1000);
    for (let pair = 0; pair < 100; pair++) {
      expect(measure(String(pair).padStart(2, "0"), "regular", 1000)).toBeCloseTo(2 * width, 6);
    }
    expect(measure("1,111.11", "regular", 1000)).toBeCloseTo(
      measure("7,474.70", "regular", 1000),
      6,
    );
  });

  it("drops what has no look: direction marks cannot turn a name around", () => {
    expect(printable(STRANGE_TEXTS.bidiOverride)).toBe("invoice gpj.exe end");
    expect(printable(STRANGE_TEXTS.controls)).toBe("tab here null bell [31m");
  });
});
