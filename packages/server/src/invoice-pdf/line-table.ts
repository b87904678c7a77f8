/** The table of charges: its columns, fitted to the numbers at hand, and one block for each line. */
import type { Canvas, StructureElement, TextStyle } from "./canvas.js";
import { hasTax, type InvoiceDocument, type InvoiceLine } from "./document.js";
import { measure } from "./fonts.js";
import { formatAmount, formatDate, formatInteger, formatRate } from "./format.js";
import * as style from "./style.js";
import { type Block, drawStack, heightOf, type StackLine } from "./style.js";
import { wrap } from "./wrap.js";

export const TABLE_HEAD_HEIGHT = 22;
const GAP = 13;
const ROW_PADDING = 5.5;
const LEADING = 12;
const SMALL_LEADING = 10.5;
/** Sizes of the numbers, tried from the first on until the descriptions have room. */
const NUMBER_SIZES = [8.5, 7.5, 6.5, 5.5] as const;
const MIN_DESCRIPTION_WIDTH = 150;

interface Column {
  readonly head: string;
  /** Where the text ends (numbers), or starts (description and period). */
  readonly x: number;
}

export interface TableLayout {
  readonly description: Column & { readonly width: number };
  readonly period: Column;
  readonly quantity: Column;
  readonly unitPrice: Column;
  /** null: no line is taxed. */
  readonly tax: Column | null;
  readonly amount: Column;
  readonly numberSize: number;
  /** Whether the service period stands on one line, "1 Mar 2026 – 31 Mar 2026". */
  readonly isPeriodOnOneLine: boolean;
}

/** What a line shows, as text. */
interface Cells {
  readonly period: readonly [first: string, last: string];
  readonly quantity: string;
  readonly unitPrice: string;
  readonly tax: string;
  readonly rate: string;
  readonly amount: string;
}

function cellsOf(line: InvoiceLine): Cells {
  return {
    period: [`${formatDate(line.startDate)} –`, formatDate(line.endDate)],
    quantity: formatInteger(line.quantity),
    unitPrice: formatAmount(line.unitPriceMinor),
    tax: formatAmount(line.taxMinor),
    rate: formatRate(line.taxRatePpm),
    amount: formatAmount(line.amountMinor),
  };
}

/** Columns as wide as their widest number; what is left is the description's. */
export function layoutTable(document: InvoiceDocument): TableLayout {
  const cells = document.lines.map(cellsOf);
  const isTaxed = hasTax(document);
  const heads = {
    period: "Service period",
    quantity: "Qty",
    unitPrice: "Unit price",
    tax: "Tax",
    amount: `Amount (${document.currency})`,
  };
  const widest = (head: string, texts: readonly string[], size: number) => {
    let width = measure(head, style.COLUMN_HEAD.weight, style.COLUMN_HEAD.size);
    for (const text of longest(texts)) width = Math.max(width, measure(text, "regular", size));
    return width;
  };
  const fit = (numberSize: number, isPeriodOnOneLine: boolean): TableLayout => {
    const periods = cells.map(({ period: [first, last] }) => {
      return isPeriodOnOneLine ? `${first} ${last}` : first;
    });
    const width = {
      period: widest(heads.period, periods, numberSize),
      quantity: widest(heads.quantity, column(cells, "quantity"), numberSize),
      unitPrice: widest(heads.unitPrice, column(cells, "unitPrice"), numberSize),
      tax: widest(heads.tax, [...column(cells, "tax"), ...column(cells, "rate")], numberSize),
      amount: widest(heads.amount, column(cells, "amount"), numberSize),
    };
    const amountX = style.RIGHT;
    const taxX = amountX - width.amount - GAP;
    const unitX = isTaxed ? taxX - width.tax - GAP : taxX;
    const quantityX = unitX - width.unitPrice - GAP;
    const periodX = quantityX - width.quantity - GAP - width.period;
    return {
      description: { head: "Description", x: style.LEFT, width: periodX - GAP - style.LEFT },
      period: { head: heads.period, x: periodX },
      quantity: { head: heads.quantity, x: quantityX },
      unitPrice: { head: heads.unitPrice, x: unitX },
      tax: isTaxed ? { head: heads.tax, x: taxX } : null,
      amount: { head: heads.amount, x: amountX },
      numberSize,
      isPeriodOnOneLine,
    };
  };
  let layout = fit(NUMBER_SIZES[0], true);
  for (const size of NUMBER_SIZES) {
    if (layout.description.width >= MIN_DESCRIPTION_WIDTH) break;
    layout = fit(size, false);
  }
  return layout;
}

function column(cells: readonly Cells[], name: Exclude<keyof Cells, "period">): string[] {
  return cells.map((cell) => cell[name]);
}

/** The texts of the greatest length: among numbers of one format the widest is one of them. */
function longest(texts: readonly string[]): Set<string> {
  const length = texts.reduce((most, text) => Math.max(most, text.length), 0);
  // A few characters less may still be wider (commas are narrow), but not more than that.
  return new Set(texts.filter((text) => text.length >= length - 2));
}

/** The head of the table; repeated heads on later pages are no content of their own. */
export function drawTableHead(
  canvas: Canvas,
  layout: TableLayout,
  top: number,
  table: StructureElement | null,
): void {
  const baseline = top + 10;
  const { description, period, quantity, unitPrice, tax, amount } = layout;
  const starts = [description, period];
  const ends = [quantity, unitPrice, ...(tax ? [tax] : []), amount];
  const row = table && canvas.group("TR", table);
  const cell = (head: string, x: number, headStyle: TextStyle) => {
    const draw = () => canvas.text(head, x, baseline, headStyle);
    if (row) canvas.content("TH", row, draw);
    else canvas.artifact("Pagination", draw);
  };
  for (const { head, x } of starts) cell(head, x, style.COLUMN_HEAD);
  for (const { head, x } of ends) cell(head, x, style.rightAligned(style.COLUMN_HEAD));
  row?.end();
  canvas.artifact("Layout", () => {
    const y = top + TABLE_HEAD_HEIGHT - 4;
    canvas.line(style.LEFT, y, style.RIGHT, y, 0.8, style.MUTED);
  });
}

/** A row: the charge and its numbers, below it in small print what it is and why. */
export function lineBlock(
  line: InvoiceLine,
  layout: TableLayout,
  table: () => StructureElement,
): Block {
  const cells = cellsOf(line);
  const name = nameLines(line, layout);
  const period = periodLines(cells, layout);
  const tax = layout.tax ? taxLines(cells, layout) : [];
  const small = smallLines(line, layout);
  const description = [...name, ...small];
  const inner = Math.max(heightOf(description), heightOf(period), heightOf(tax), LEADING);
  const height = ROW_PADDING + inner + ROW_PADDING;
  return {
    height,
    draw(canvas, top) {
      const row = canvas.group("TR", table());
      const y = top + ROW_PADDING;
      const stack = (lines: readonly StackLine[], x: number) => {
        canvas.content("TD", row, () => drawStack(canvas, lines, x, y));
      };
      const number = (text: string, x: number) => stack([numberLine(text, layout)], x);
      stack(description, layout.description.x);
      stack(period, layout.period.x);
      number(cells.quantity, layout.quantity.x);
      number(cells.unitPrice, layout.unitPrice.x);
      if (layout.tax) stack(tax, layout.tax.x);
      number(cells.amount, layout.amount.x);
      row.end();
      canvas.artifact("Layout", () => {
        canvas.line(style.LEFT, top + height, style.RIGHT, top + height, 0.5, style.RULE);
      });
    },
  };
}

/** Stands in for the lines where there are none. */
export function noLinesBlock(): Block {
  return {
    height: 28,
    draw(canvas, top) {
      canvas.content("P", canvas.document, () => {
        canvas.text("There are no charges on this invoice.", style.LEFT, top + 18, style.LABEL);
      });
    },
  };
}

function numberLine(text: string, layout: TableLayout): StackLine {
  const base = { ...style.BODY, size: layout.numberSize };
  return { text, style: style.rightAligned(base), leading: LEADING };
}

function nameLines(line: InvoiceLine, layout: TableLayout): StackLine[] {
  const { width } = layout.description;
  const lines = wrap(line.chargeName, { ...style.STRONG, width, maxLines: 6 });
  return lines.map((text) => ({ text, style: style.STRONG, leading: LEADING }));
}

function periodLines(cells: Cells, layout: TableLayout): StackLine[] {
  const base = { ...style.BODY, size: layout.numberSize };
  const texts = layout.isPeriodOnOneLine ? [cells.period.join(" ")] : cells.period;
  return texts.map((text) => ({ text, style: base, leading: LEADING }));
}

function taxLines(cells: Cells, layout: TableLayout): StackLine[] {
  const rate = style.rightAligned(style.SMALL);
  return [numberLine(cells.tax, layout), { text: cells.rate, style: rate, leading: LEADING }];
}

function smallLines(line: InvoiceLine, layout: TableLayout): StackLine[] {
  const codes = [line.chargeNumber, line.planType].filter((text) => text.trim() !== "");
  const texts = [codes.join("  ·  "), line.explanation];
  // Below a period of one line the small print may run on; the name and all numbers but tax are above.
  const { description, period, quantity, isPeriodOnOneLine } = layout;
  const width = isPeriodOnOneLine ? quantity.x - description.x : period.x - GAP - description.x;
  return texts.flatMap((text) => {
    const lines = wrap(text, { ...style.SMALL, width, maxLines: 8 });
    return lines.map((part) => ({ text: part, style: style.SMALL, leading: SMALL_LEADING }));
  });
}
