/** Renders an invoice as PDF. Same document, same bytes, on any machine and in any time zone. */
import { Canvas, type StructureElement } from "./canvas.js";
import { checkInvoiceDocument, type InvoiceDocument, stateOf } from "./document.js";
import { formatDate } from "./format.js";
import { headerBlock } from "./header.js";
import {
  drawTableHead,
  layoutTable,
  lineBlock,
  noLinesBlock,
  TABLE_HEAD_HEIGHT,
  type TableLayout,
} from "./line-table.js";
import { type FlowItem, type Page, type PlacedHead, paginate } from "./paginate.js";
import { PAGE_HEIGHT, PdfFile } from "./pdf-file.js";
import type { Block } from "./style.js";
import * as style from "./style.js";
import { APPLIED_HEAD_HEIGHT, appliedBlocks, closingBlocks, drawAppliedHead } from "./totals.js";
import { wrap } from "./wrap.js";

const LANGUAGE = "en-US";

/**
 * The invoice as a PDF/A-3b file. Takes some milliseconds of the calling thread for a page; servers use
 * the pool (`pool.ts`). Rejects with `InvoiceDocumentError` when the document contradicts itself.
 */
export async function renderInvoicePdf(document: InvoiceDocument): Promise<Buffer> {
  return renderInvoicePdfSync(document);
}

export function renderInvoicePdfSync(document: InvoiceDocument): Buffer {
  checkInvoiceDocument(document);
  const pdf = new PdfFile({
    title: titleOf(document),
    author: document.issuer.name,
    subject: `Invoice for ${document.account.name}`,
    date: document.invoiceDate,
    language: LANGUAGE,
    ...(document.metadataXml === undefined ? {} : { xml: document.metadataXml }),
  });
  const canvas = new Canvas(pdf);
  drawPages(document, canvas);
  canvas.document.end();
  attachFiles(document, pdf);
  return pdf.finish();
}

type Flow = FlowItem & { readonly block: Block };

function drawPages(document: InvoiceDocument, canvas: Canvas): void {
  const layout = layoutTable(document);
  let table: StructureElement | undefined;
  const lineTable = () => {
    table ??= canvas.group("Table", canvas.document);
    return table;
  };
  const flow = flowOf(document, layout, lineTable);
  const pages = paginate(flow, {
    firstPageHeight: style.BOTTOM - style.TOP,
    nextPageHeight: style.BOTTOM - style.CONTINUED_TOP,
    tableHeadHeight: (name) => (name === "lines" ? TABLE_HEAD_HEIGHT : APPLIED_HEAD_HEIGHT),
  });
  pages.forEach((page, index) => {
    canvas.addPage();
    drawWatermark(canvas, document);
    if (index > 0) drawContinuedHead(canvas, document);
    const top = index === 0 ? style.TOP : style.CONTINUED_TOP;
    drawBody(canvas, page, flow, top, layout, lineTable);
    drawFooter(canvas, document, `Page ${index + 1} of ${pages.length}`);
  });
}

function flowOf(
  document: InvoiceDocument,
  layout: TableLayout,
  lineTable: () => StructureElement,
): Flow[] {
  const rows = document.lines.map((line) => lineBlock(line, layout, lineTable));
  const flow: Flow[] = [
    { ...item(headerBlock(document)), keepWithNext: false },
    ...rows.map((block) => ({ ...item(block), table: "lines" })),
  ];
  if (rows.length === 0) flow.push(item(noLinesBlock()));
  // The totals never stand on a page without a line above them.
  const last = flow.pop();
  if (last) flow.push({ ...last, keepWithNext: true });
  for (const block of closingBlocks(document)) flow.push(item(block));
  for (const block of appliedBlocks(document)) flow.push({ ...item(block), table: "applied" });
  return flow;
}

function item(block: Block): Flow {
  return { block, height: block.height, table: null, keepWithNext: false };
}

function drawBody(
  canvas: Canvas,
  page: Page,
  flow: readonly Flow[],
  top: number,
  layout: TableLayout,
  lineTable: () => StructureElement,
): void {
  // In the order of reading, which is also the order of the logical structure.
  const heads = page.heads.map((head) => ({
    top: head.top,
    draw: () => drawHead(canvas, head, top + head.top, layout, lineTable),
  }));
  const blocks = page.items.map((placed) => ({
    top: placed.top,
    draw: () => flow[placed.item]?.block.draw(canvas, top + placed.top),
  }));
  const parts = [...heads, ...blocks].sort((a, b) => a.top - b.top);
  for (const part of parts) part.draw();
}

function drawHead(
  canvas: Canvas,
  head: PlacedHead,
  top: number,
  layout: TableLayout,
  lineTable: () => StructureElement,
): void {
  if (head.table === "lines") {
    drawTableHead(canvas, layout, top, head.isFirst ? lineTable() : null);
  } else if (head.isFirst) {
    drawAppliedHead(canvas, top);
  }
}

function drawWatermark(canvas: Canvas, document: InvoiceDocument): void {
  const state = stateOf(document);
  if (state !== "draft" && state !== "canceled") return;
  const size = state === "draft" ? 150 : 104;
  canvas.artifact("Layout", () => {
    const color = style.WATERMARK_COLORS[state];
    canvas.diagonal(state.toUpperCase(), { weight: "semibold", size, color });
  });
}

/** What the second page and later ones belong to. */
function drawContinuedHead(canvas: Canvas, document: InvoiceDocument): void {
  canvas.artifact("Pagination", () => {
    const baseline = style.TOP + 10;
    const options = { ...style.STRONG, width: 300, maxLines: 1 };
    const date = formatDate(document.invoiceDate);
    for (const text of wrap(titleOf(document), options)) {
      canvas.text(text, style.LEFT, baseline, style.STRONG);
    }
    canvas.text(date, style.RIGHT, baseline, style.rightAligned(style.LABEL));
    canvas.line(style.LEFT, style.TOP + 20, style.RIGHT, style.TOP + 20, 0.5, style.RULE);
  });
}

function drawFooter(canvas: Canvas, document: InvoiceDocument, page: string): void {
  const { name, taxId, email } = document.issuer;
  const parts = [name, taxId ? `Tax ID ${taxId}` : "", email ?? ""];
  const text = parts.filter((part) => part !== "").join("  ·  ");
  canvas.artifact("Pagination", () => {
    const y = PAGE_HEIGHT - 48;
    canvas.line(style.LEFT, y, style.RIGHT, y, 0.5, style.RULE);
    const options = { ...style.SMALL, width: style.WIDTH - 90, maxLines: 1 };
    for (const line of wrap(text, options)) {
      canvas.text(line, style.LEFT, y + 14, style.SMALL);
    }
    canvas.text(page, style.RIGHT, y + 14, style.rightAligned(style.SMALL));
  });
}

function titleOf(document: InvoiceDocument): string {
  const number = document.invoiceNumber.trim();
  if (number !== "") return `Invoice ${number}`;
  return `Draft invoice of ${document.invoiceDate}`;
}

/** Files inside the PDF; dated like the invoice, since nothing else is known of them. */
function attachFiles(document: InvoiceDocument, pdf: PdfFile): void {
  const date = new Date(`${document.invoiceDate}T00:00:00Z`);
  for (const { name, mimeType, relationship, description, data } of document.attachments ?? []) {
    const options = {
      name,
      type: mimeType,
      relationship, // missing from pdfkit's type declarations
      creationDate: date,
      modifiedDate: date,
      ...(description === undefined ? {} : { description }),
    };
    pdf.file(Buffer.from(data.buffer, data.byteOffset, data.byteLength), options);
  }
}
