import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type FlowItem, type PageMeasures, paginate } from "../../src/invoice-pdf/paginate.js";

const MEASURES: PageMeasures = {
  firstPageHeight: 500,
  nextPageHeight: 700,
  tableHeadHeight: () => 20,
};

const row = (height: number, keepWithNext = false): FlowItem => {
  return { height, table: "lines", keepWithNext };
};
const block = (height: number): FlowItem => ({ height, table: null, keepWithNext: false });

describe("paginate", () => {
  it("repeats the head of the table on every page that has rows", () => {
    const pages = paginate([block(100), ...Array.from({ length: 30 }, () => row(40))], MEASURES);
    expect(pages).toHaveLength(3);
    expect(pages.map((page) => page.heads.length)).toEqual([1, 1, 1]);
    expect(pages.map((page) => page.heads[0]?.isFirst)).toEqual([true, false, false]);
  });

  it("takes the last row along when the totals need a new page", () => {
    const pages = paginate([block(100), row(150), row(150, true), block(100)], MEASURES);
    expect(pages.map((page) => page.items.map((placed) => placed.item))).toEqual([
      [0, 1],
      [2, 3],
    ]);
  });

  it("leaves no head without a row", () => {
    const pages = paginate([block(470), row(40, true), block(50)], MEASURES);
    expect(pages[0]?.heads).toEqual([]);
    expect(pages[1]?.heads).toHaveLength(1);
  });

  it("places every item once, in order, within its page, and kept together where asked", () => {
    const items = fc.array(
      fc.record({
        height: fc.integer({ min: 1, max: 200 }),
        table: fc.constantFrom("lines", "applied", null),
        keepWithNext: fc.boolean(),
      }),
      { minLength: 1, maxLength: 60 },
    );
    fc.assert(
      fc.property(items, (flow) => {
        const pages = paginate(flow, MEASURES);
        const placed = pages.flatMap((page) => page.items.map((item) => item.item));
        expect(placed).toEqual(flow.map((_, index) => index));
        pages.forEach((page, number) => {
          const capacity = number === 0 ? MEASURES.firstPageHeight : MEASURES.nextPageHeight;
          for (const { item, top } of page.items) {
            expect(top + (flow[item]?.height ?? 0)).toBeLessThanOrEqual(capacity);
          }
          checkHeads(page, flow);
        });
      }),
    );
  });
});

/** Each row of a table follows a row of the same table or its head. */
function checkHeads(page: ReturnType<typeof paginate>[number], flow: readonly FlowItem[]): void {
  let table: string | null = null;
  for (const { item, top } of page.items) {
    const current = flow[item]?.table ?? null;
    if (current !== null && current !== table) {
      expect(page.heads.map((head) => head.top)).toContain(top - 20);
    }
    table = current;
  }
}
