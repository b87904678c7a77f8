/** What stands below the lines: totals, payments and credits, and how to pay. */
import type { Canvas, TextStyle } from "./canvas.js";
import { type AppliedAmount, amountDueOf, type InvoiceDocument, stateOf } from "./document.js";
import { measure } from "./fonts.js";
import { formatDate, formatMoney, formatRate } from "./format.js";
import * as style from "./style.js";
import { type Block, baselineIn, drawStack, heightOf, type StackLine } from "./style.js";
import { wrap, wrapParagraphs } from "./wrap.js";

/** More payments or tax rates than these are not listed among the totals, but summed up there. */
export const MAX_APPLIED_IN_TOTALS = 6;
const MAX_RATES_IN_TOTALS = 5;
const TOTALS_LEFT = 318;
const LEADING = 12.5;
const ROW_GAP = 4;
const RULE_HEIGHT = 3;
const CLOSING_GAP = 10;
/** Higher notes stand below the totals, so that these and the last line share a page. */
const MAX_HEIGHT_BESIDE = 400;
const NOTE_WIDTH = TOTALS_LEFT - style.LEFT - 36;

interface TotalRow {
  readonly label: string;
  readonly amount: string;
  readonly kind: "plain" | "total" | "due";
}

/** Totals on the right, terms of payment beside them on the left or, when they are long, below. */
export function closingBlocks(document: InvoiceDocument): Block[] {
  const totals = totalsBlock(document);
  const beside = notesBlock(document, NOTE_WIDTH);
  if (beside.height > MAX_HEIGHT_BESIDE) return [totals, notesBlock(document, style.WIDTH)];
  return [
    {
      height: Math.max(totals.height, beside.height),
      draw(canvas, top) {
        totals.draw(canvas, top);
        beside.draw(canvas, top);
      },
    },
  ];
}

/** Subtotal to amount due. */
function totalsBlock(document: InvoiceDocument): Block {
  const rows = totalRows(document).map((row) => {
    const base = rowStyle(row.kind);
    const amountWidth = measure(row.amount, base.weight, base.size);
    const width = style.RIGHT - TOTALS_LEFT - amountWidth - 10;
    const lines = wrap(row.label, { ...base, width, maxLines: 3 });
    const label = lines.map((text) => ({ text, style: base, leading: LEADING }));
    const rule = row.kind === "plain" ? 0 : RULE_HEIGHT;
    return { ...row, base, label, rule, height: rule + heightOf(label) + ROW_GAP };
  });
  return {
    height: CLOSING_GAP + rows.reduce((sum, row) => sum + row.height, 0),
    draw(canvas, top) {
      const table = canvas.group("Table", canvas.document);
      let y = top + CLOSING_GAP;
      for (const { kind, label, amount, base, rule, height } of rows) {
        if (rule > 0) drawRule(canvas, y, kind);
        const row = canvas.group("TR", table);
        const rowTop = y + rule + ROW_GAP / 2;
        canvas.content("TD", row, () => drawStack(canvas, label, TOTALS_LEFT, rowTop));
        canvas.content("TD", row, () => {
          const baseline = baselineIn(rowTop, LEADING, base.size);
          canvas.text(amount, style.RIGHT, baseline, style.rightAligned(base));
        });
        row.end();
        y += height;
      }
    },
  };
}

function drawRule(canvas: Canvas, y: number, kind: TotalRow["kind"]): void {
  canvas.artifact("Layout", () => {
    const [width, color] =
      kind === "due" ? ([0.8, style.INK] as const) : ([0.5, style.RULE] as const);
    canvas.line(TOTALS_LEFT, y + 1, style.RIGHT, y + 1, width, color);
  });
}

function rowStyle(kind: TotalRow["kind"]): TextStyle {
  if (kind === "due") return { ...style.STRONG, size: 10 };
  return kind === "total" ? style.STRONG : style.BODY;
}

function totalRows(document: InvoiceDocument): TotalRow[] {
  const { currency } = document;
  const state = stateOf(document);
  const row = (label: string, minor: number, kind: TotalRow["kind"] = "plain"): TotalRow => {
    return { label, amount: formatMoney(minor, currency), kind };
  };
  const rows = [row("Subtotal", document.subtotalMinor)];
  for (const [label, minor] of taxRows(document)) rows.push(row(label, minor));
  rows.push(row("Total", document.totalMinor, "total"));
  for (const [label, minor] of appliedRows(document.applied)) rows.push(row(label, minor));
  if (state !== "draft") rows.push(row("Amount due", amountDueOf(document), "due"));
  return rows;
}

function taxRows(document: InvoiceDocument): [label: string, minor: number][] {
  const { currency, taxSummary } = document;
  const taxed = taxSummary.filter((rate) => rate.taxRatePpm !== 0 || rate.taxMinor !== 0);
  if (taxed.length === 0) return [["Tax", 0]];
  if (taxed.length > MAX_RATES_IN_TOTALS) {
    const sum = taxed.reduce((total, rate) => total + rate.taxMinor, 0);
    return [[`Tax at ${taxed.length} rates, as on the lines`, sum]];
  }
  return taxSummary.map((rate) => {
    const net = formatMoney(rate.netMinor, currency);
    return [`Tax ${formatRate(rate.taxRatePpm)} on ${net}`, rate.taxMinor];
  });
}

function appliedRows(applied: readonly AppliedAmount[]): [label: string, minor: number][] {
  if (applied.length > MAX_APPLIED_IN_TOTALS) {
    const sum = applied.reduce((total, entry) => total + entry.amountMinor, 0);
    return [[`${applied.length} payments and credits, listed below`, -sum]];
  }
  return applied.map(({ date, description, amountMinor }) => {
    return [`${description}, ${formatDate(date)}`, -amountMinor];
  });
}

/** Payments and credits that are too many for the totals, a block each. */
export function appliedBlocks(document: InvoiceDocument): Block[] {
  const { applied, currency } = document;
  if (applied.length <= MAX_APPLIED_IN_TOTALS) return [];
  return applied.map((entry) => {
    const lines = wrap(entry.description, { ...style.BODY, width: 300, maxLines: 2 });
    const stack = lines.map((text) => ({ text, style: style.BODY, leading: LEADING }));
    return {
      height: Math.max(heightOf(stack), LEADING) + ROW_GAP,
      draw(canvas, top) {
        canvas.content("P", canvas.document, () => {
          const baseline = baselineIn(top, LEADING, style.BODY.size);
          const amount = formatMoney(-entry.amountMinor, currency);
          canvas.text(formatDate(entry.date), style.LEFT, baseline, style.BODY);
          drawStack(canvas, stack, style.LEFT + 75, top);
          canvas.text(amount, style.RIGHT, baseline, style.rightAligned(style.BODY));
        });
      },
    } satisfies Block;
  });
}

export const APPLIED_HEAD_HEIGHT = 26;

export function drawAppliedHead(canvas: Canvas, top: number): void {
  canvas.content("H2", canvas.document, () => {
    canvas.text("Payments and credits", style.LEFT, top + 16, style.STRONG);
  });
}

/** Terms and instructions, each below its head, as far as there is something to pay. */
function notesBlock(document: InvoiceDocument, width: number): Block {
  const stack: StackLine[] = [];
  for (const [head, paragraphs] of notesOf(document)) {
    const lines = wrapParagraphs(paragraphs, { ...style.BODY, width, maxLines: 24 });
    if (lines.length === 0) continue;
    if (stack.length > 0) stack.push({ text: "", style: style.BODY, leading: LEADING / 2 });
    stack.push({ text: head, style: style.STRONG, leading: LEADING + 2 });
    for (const text of lines) stack.push({ text, style: style.BODY, leading: LEADING });
  }
  return {
    height: CLOSING_GAP + ROW_GAP / 2 + heightOf(stack),
    draw(canvas, top) {
      if (stack.length === 0) return;
      const y = top + CLOSING_GAP + ROW_GAP / 2;
      canvas.content("P", canvas.document, () => drawStack(canvas, stack, style.LEFT, y));
    },
  };
}

function notesOf(document: InvoiceDocument): [head: string, paragraphs: readonly string[]][] {
  const { account, payer, paymentTerms, paymentInstructions } = document;
  const state = stateOf(document);
  const terms = payer
    ? [`Payable by ${payer.name} for ${account.name}.`, paymentTerms]
    : [paymentTerms];
  if (state === "due")
    return [
      ["Payment terms", terms],
      ["How to pay", paymentInstructions],
    ];
  return state === "draft" || state === "paid" ? [["Payment terms", terms]] : [];
}
