/** The head of the first page: who sends the invoice, what it is, who owes how much by when. */
import type { Canvas, StructureElement } from "./canvas.js";
import {
  amountDueOf,
  type InvoiceDocument,
  type InvoiceParty,
  type InvoiceState,
  stateOf,
} from "./document.js";
import { measure } from "./fonts.js";
import { formatDate, formatMoney } from "./format.js";
import * as style from "./style.js";
import { type Block, drawStack, heightOf, type StackLine } from "./style.js";
import { wrap, wrapParagraphs } from "./wrap.js";

const DETAILS_LEFT = 330;
const ISSUER_WIDTH = DETAILS_LEFT - style.LEFT - 30;
const PARTY_WIDTH = style.WIDTH / 2 - 15;
const VALUE_WIDTH = 132;
const PANEL_HEIGHT = 50;
const PANEL_PADDING = 14;
const GAP = 18;
/** Printed lines of an address, so that the head never fills the page. */
const MAX_PRINTED_ADDRESS = 12;

export function headerBlock(document: InvoiceDocument): Block {
  const issuer = partyLines(document.issuer, ISSUER_WIDTH, true);
  const details = detailRows(document);
  const detailsHeight = 38 + details.reduce((sum, row) => sum + heightOf(row.value), 0);
  const topHeight = Math.max(heightOf(issuer), detailsHeight);
  const parties = partyColumns(document);
  const partiesHeight = Math.max(...parties.map(heightOf));
  return {
    height: topHeight + GAP + partiesHeight + GAP + PANEL_HEIGHT + GAP,
    draw(canvas, top) {
      const root = canvas.document;
      canvas.content("P", root, () => drawStack(canvas, issuer, style.LEFT, top));
      canvas.content("H1", root, () => {
        canvas.text("Invoice", DETAILS_LEFT, top + 18, style.TITLE);
      });
      drawDetails(canvas, details, top + 38);
      const partiesTop = top + topHeight + GAP;
      parties.forEach((lines, index) => {
        const left = style.LEFT + (index * style.WIDTH) / 2;
        canvas.content("P", root, () => drawStack(canvas, lines, left, partiesTop));
      });
      drawPanel(canvas, root, document, partiesTop + partiesHeight + GAP);
    },
  };
}

interface DetailRow {
  readonly label: string;
  readonly value: readonly StackLine[];
}

function detailRows(document: InvoiceDocument): DetailRow[] {
  const rows: [label: string, value: string][] = [
    ["Invoice number", document.invoiceNumber || "Not yet assigned"],
    ["Invoice date", formatDate(document.invoiceDate)],
    ["Due date", formatDate(document.dueDate)],
    ["Charges through", formatDate(document.targetDate)],
  ];
  if (document.purchaseOrder) rows.push(["Purchase order", document.purchaseOrder]);
  return rows.map(([label, text]) => {
    const base = label === "Invoice number" ? style.STRONG : style.BODY;
    const wrapped = wrap(text, { ...base, width: VALUE_WIDTH, maxLines: 3 });
    const value = wrapped.map((line) => ({
      text: line,
      style: style.rightAligned(base),
      leading: 14,
    }));
    return { label, value };
  });
}

function drawDetails(canvas: Canvas, rows: readonly DetailRow[], top: number): void {
  const table = canvas.group("Table", canvas.document);
  let y = top;
  for (const { label, value } of rows) {
    const row = canvas.group("TR", table);
    const rowTop = y;
    canvas.content("TD", row, () => {
      canvas.text(label, DETAILS_LEFT, style.baselineIn(rowTop, 14, 8.5), style.LABEL);
    });
    canvas.content("TD", row, () => drawStack(canvas, value, style.RIGHT, rowTop));
    row.end();
    y += heightOf(value);
  }
}

/** One column, or two when another account pays: who owes the invoice comes first. */
function partyColumns(document: InvoiceDocument): StackLine[][] {
  const { account, payer } = document;
  if (payer === null) return [withHead("Bill to", account)];
  return [withHead("Bill to", payer), withHead("For account", account)];
}

function withHead(label: string, party: InvoiceParty): StackLine[] {
  const head = { text: label, style: style.LABEL, leading: 15 };
  return [head, ...partyLines(party, PARTY_WIDTH, false)];
}

function partyLines(party: InvoiceParty, width: number, isIssuer: boolean): StackLine[] {
  const nameStyle = isIssuer ? style.ISSUER : { ...style.STRONG, size: 9.5 };
  const lines: StackLine[] = [];
  const name = wrap(party.name, { ...nameStyle, width, maxLines: 4 });
  for (const text of name) {
    lines.push({ text, style: nameStyle, leading: isIssuer ? 17 : 13.5 });
  }
  const base = { ...style.BODY, width };
  const further = wrapParagraphs(party.addressLines, { ...base, maxLines: MAX_PRINTED_ADDRESS });
  if (party.taxId) further.push(...wrap(`Tax ID ${party.taxId}`, { ...base, maxLines: 2 }));
  if (party.email) further.push(...wrap(party.email, { ...base, maxLines: 2 }));
  if (party.accountId)
    further.push(...wrap(`Account ${party.accountId}`, { ...base, maxLines: 2 }));
  for (const text of further) {
    lines.push({ text, style: isIssuer ? style.LABEL : style.BODY, leading: 12.5 });
  }
  return lines;
}

/** The panel with the one number that the reader looks for, and what it asks of him. */
function drawPanel(
  canvas: Canvas,
  root: StructureElement,
  document: InvoiceDocument,
  top: number,
): void {
  const state = stateOf(document);
  const left = style.LEFT + PANEL_PADDING;
  const right = style.RIGHT - PANEL_PADDING;
  canvas.artifact("Layout", () => {
    canvas.area(style.LEFT, top, style.WIDTH, PANEL_HEIGHT, style.PANEL);
  });
  canvas.content("P", root, () => {
    canvas.text(PANEL_LABELS[state], left, top + 19, style.LABEL);
    canvas.text(panelAmount(document, state), left, top + 39, { ...style.TITLE, size: 16 });
  });
  if (state === "draft" || state === "canceled" || state === "paid") {
    drawStamp(canvas, root, state, top);
  } else {
    canvas.content("P", root, () => {
      const [label, value] = panelNote(document, state);
      canvas.text(label, right, top + 19, style.rightAligned(style.LABEL));
      const base = { ...style.STRONG, size: 10.5 };
      canvas.text(value, right, top + 38, style.rightAligned(base));
    });
  }
}

const PANEL_LABELS: Readonly<Record<InvoiceState, string>> = {
  draft: "Draft total, not payable yet",
  canceled: "Canceled, no payment is due",
  paid: "Amount due",
  credit: "Credit in your favor",
  nothing_due: "Amount due",
  due: "Amount due",
};

function panelAmount(document: InvoiceDocument, state: InvoiceState): string {
  const { totalMinor, currency } = document;
  if (state === "draft") return withCode(totalMinor, currency);
  if (state === "credit") return withCode(-totalMinor, currency);
  return withCode(amountDueOf(document), currency);
}

/** The amount with its currency's code, also where a symbol already stands before it. */
function withCode(minor: number, currency: string): string {
  const money = formatMoney(minor, currency);
  return money.includes(currency) ? money : `${money} ${currency}`;
}

function panelNote(document: InvoiceDocument, state: InvoiceState): [label: string, value: string] {
  if (state === "due") return ["Due date", formatDate(document.dueDate)];
  if (state === "credit") return ["No payment is due", "Set off against other invoices"];
  return ["", "No payment is due"];
}

function drawStamp(
  canvas: Canvas,
  root: StructureElement,
  state: "draft" | "canceled" | "paid",
  top: number,
): void {
  const text = state.toUpperCase();
  const color = style.STAMP_COLORS[state];
  const stamp = { ...style.STRONG, size: 13, color, align: "right" } as const;
  const right = style.RIGHT - PANEL_PADDING - 10;
  const width = measure(text, stamp.weight, stamp.size) + 20;
  canvas.artifact("Layout", () => {
    canvas.frame(right + 10 - width, top + 14, width, 24, 1.4, color);
  });
  canvas.content("P", root, () => canvas.text(text, right, top + 30.7, stamp));
}
