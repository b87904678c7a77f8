/** Spreads the blocks of a document over pages. Pure: heights in, pages out. */

export interface FlowItem {
  readonly height: number;
  /** Table that the item is a row of; its head comes before its first row on every page. */
  readonly table: string | null;
  /** Must not be the last thing on its page. */
  readonly keepWithNext: boolean;
}

export interface PageMeasures {
  readonly firstPageHeight: number;
  readonly nextPageHeight: number;
  readonly tableHeadHeight: (table: string) => number;
}

export interface PlacedItem {
  /** Index of the item. */
  readonly item: number;
  /** From the top of the page's body. */
  readonly top: number;
}

export interface PlacedHead {
  readonly table: string;
  readonly top: number;
  /** Whether it is the table's first. */
  readonly isFirst: boolean;
}

export interface Page {
  readonly items: readonly PlacedItem[];
  readonly heads: readonly PlacedHead[];
}

/**
 * Every item once, in order, none across a page's end. Items that are kept together share a page unless
 * together they are higher than one. An item that is itself higher than a page runs over its end: the
 * parts of an invoice have limits that rule this out.
 */
export function paginate(items: readonly FlowItem[], measures: PageMeasures): Page[] {
  const pages: { items: PlacedItem[]; heads: PlacedHead[] }[] = [];
  const seen = new Set<string>();
  let page: { items: PlacedItem[]; heads: PlacedHead[] } = { items: [], heads: [] };
  let used = 0;
  let table: string | null = null;
  const lowestPage = Math.min(measures.firstPageHeight, measures.nextPageHeight);
  const capacity = () => (pages.length === 0 ? measures.firstPageHeight : measures.nextPageHeight);
  const turn = () => {
    pages.push(page);
    page = { items: [], heads: [] };
    used = 0;
    table = null;
  };
  const place = (item: FlowItem, index: number) => {
    if (item.table !== null && item.table !== table) {
      page.heads.push({ table: item.table, top: used, isFirst: !seen.has(item.table) });
      seen.add(item.table);
      used += measures.tableHeadHeight(item.table);
    }
    table = item.table;
    page.items.push({ item: index, top: used });
    used += item.height;
  };
  for (const group of keptTogether(items)) {
    const units =
      heightOf(group, items, null, measures) <= lowestPage
        ? [group]
        : group.map((index) => [index]);
    for (const unit of units) {
      const needed = heightOf(unit, items, table, measures);
      if (page.items.length > 0 && used + needed > capacity()) turn();
      for (const index of unit) place(at(items, index), index);
    }
  }
  if (page.items.length > 0) pages.push(page);
  return pages;
}

/** Runs of indices that share a page. */
function keptTogether(items: readonly FlowItem[]): number[][] {
  const groups: number[][] = [];
  let group: number[] = [];
  items.forEach((item, index) => {
    group.push(index);
    if (item.keepWithNext) return;
    groups.push(group);
    group = [];
  });
  if (group.length > 0) groups.push(group);
  return groups;
}

function heightOf(
  unit: readonly number[],
  items: readonly FlowItem[],
  tableBefore: string | null,
  measures: PageMeasures,
): number {
  let height = 0;
  let table = tableBefore;
  for (const index of unit) {
    const item = at(items, index);
    if (item.table !== null && item.table !== table) height += measures.tableHeadHeight(item.table);
    table = item.table;
    height += item.height;
  }
  return height;
}

function at(items: readonly FlowItem[], index: number): FlowItem {
  const item = items[index];
  if (item === undefined) throw new RangeError(`no item ${index}`);
  return item;
}
