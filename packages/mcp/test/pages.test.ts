import { describe, expect, it } from "vitest";
import { pageOf } from "../src/pages.js";

const items = Array.from({ length: 25 }, (_, index) => index);

describe("a list in pages", () => {
  it("gives every item once, in order, and no cursor after the last page", () => {
    const seen: number[] = [];
    let cursor: string | undefined;
    do {
      const page = pageOf(items, cursor, 10);
      seen.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect(seen).toEqual(items);
    expect(pageOf(items, undefined, 25).nextCursor).toBeUndefined();
    expect(pageOf([], undefined, 10)).toEqual({ items: [], nextCursor: undefined });
  });

  it.each(["", "x", "ZnJvbTo1", "ZnJvbTozMA", "ZnJvbTowMDA"])(
    "refuses the cursor %j, which it never gave",
    (cursor) => {
      expect(() => pageOf(items, cursor, 10)).toThrow(/cursor/);
    },
  );
});
