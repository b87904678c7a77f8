/**
 * What an invoice PDF shows, as plain data that survives a structured clone. The renderer adds no facts:
 * no clock, no database, no locale; the same document is the same bytes.
 */
import type { CivilDate, Minor } from "@paymaster/engine";

/** A name and address as printed. Lines that are empty after trimming are left out. */
export interface InvoiceParty {
  readonly name: string;
  /** Contact person and postal address, in the order in which they are printed. */
  readonly addressLines: readonly string[];
  readonly taxId?: string | null;
  readonly email?: string | null;
  /** Account id; the issuer has none. */
  readonly accountId?: string | null;
}

export interface InvoiceLine {
  readonly chargeName: string;
  /** e.g. `C-00000004` */
  readonly chargeNumber: string;
  readonly planType: string;
  readonly quantity: number;
  readonly unitPriceMinor: Minor;
  readonly startDate: CivilDate;
  /** Last day of service (inclusive, as on the wire). */
  readonly endDate: CivilDate;
  /** Without tax; negative for credits. */
  readonly amountMinor: Minor;
  readonly taxMinor: Minor;
  /** Parts per million of the amount: 88750 is 8.875 %. */
  readonly taxRatePpm: number;
  /** One sentence that says why the amount is what it is; empty: none is printed. */
  readonly explanation: string;
}

/** Tax of all lines of one rate. `summarizeTax` makes these. */
export interface TaxSummary {
  readonly taxRatePpm: number;
  readonly netMinor: Minor;
  readonly taxMinor: Minor;
}

/** A payment or credit that was applied to the invoice. */
export interface AppliedAmount {
  readonly date: CivilDate;
  /** e.g. "Payment REF-2026-117" or "Credit from INV00000007" */
  readonly description: string;
  /** What it took off the balance: positive, or negative where it was taken back. */
  readonly amountMinor: Minor;
}

/** A file inside the PDF (PDF/A-3 associated file), such as the invoice as XML. */
export interface InvoiceAttachment {
  readonly name: string;
  /** e.g. `text/xml` */
  readonly mimeType: string;
  readonly relationship: "Source" | "Data" | "Alternative" | "Supplement" | "Unspecified";
  readonly description?: string;
  readonly data: Uint8Array;
}

export interface InvoiceDocument {
  readonly issuer: InvoiceParty;
  /** The account that the invoice is for. */
  readonly account: InvoiceParty;
  /** Who owes it, when that is another account (a master for its sub account); null: `account`. */
  readonly payer: InvoiceParty | null;
  /** Empty for drafts: only posting gives a number. */
  readonly invoiceNumber: string;
  /** As on the wire. "Paid" is no status: it follows from the balance (`stateOf`). */
  readonly status: "Draft" | "Posted" | "Canceled";
  readonly invoiceDate: CivilDate;
  /** Everything due on or before it is on the invoice. */
  readonly targetDate: CivilDate;
  readonly dueDate: CivilDate;
  /** ISO 4217 code. */
  readonly currency: string;
  readonly purchaseOrder: string | null;
  readonly lines: readonly InvoiceLine[];
  /** Sum of the lines without tax. */
  readonly subtotalMinor: Minor;
  /** One entry for each rate among the lines, as `summarizeTax` gives them. */
  readonly taxSummary: readonly TaxSummary[];
  readonly totalMinor: Minor;
  /** In the order of their dates. */
  readonly applied: readonly AppliedAmount[];
  /** What is left to pay. */
  readonly balanceMinor: Minor;
  /** e.g. "Payment is due within 30 days of the invoice date."; empty: none. */
  readonly paymentTerms: string;
  /** Bank details and the like, a paragraph each. */
  readonly paymentInstructions: readonly string[];
  readonly attachments?: readonly InvoiceAttachment[];
  /** `rdf:Description` elements for the XMP metadata, which an attachment's standard may ask for. */
  readonly metadataXml?: string;
}

/** What the reader must know first. */
export type InvoiceState = "draft" | "canceled" | "paid" | "credit" | "nothing_due" | "due";

/** The document cannot be rendered: it contradicts itself or passes a limit. A defect of the caller. */
export class InvoiceDocumentError extends Error {
  override readonly name = "InvoiceDocumentError";
}

/** Some 800 MB of memory and some seconds; a PDF of 2,000 pages serves no reader. */
export const MAX_LINES = 20_000;
export const MAX_APPLIED = 1_000;
export const MAX_ADDRESS_LINES = 12;
export const MAX_PARAGRAPHS = 12;
export const MAX_ATTACHMENTS = 10;
export const MAX_ATTACHMENT_BYTES = 10 * 1024 * 1024;
export const MAX_METADATA_XML_CHARACTERS = 64 * 1024;

export function stateOf(document: InvoiceDocument): InvoiceState {
  if (document.status === "Canceled") return "canceled";
  if (document.status === "Draft") return "draft";
  if (document.totalMinor < 0) return "credit";
  if (document.balanceMinor > 0) return "due";
  return document.totalMinor > 0 ? "paid" : "nothing_due";
}

/** What is asked of the payer now; a canceled invoice or a credit asks nothing. */
export function amountDueOf(document: InvoiceDocument): Minor {
  return document.status === "Canceled" ? 0 : Math.max(0, document.balanceMinor);
}

/** Tax by rate, the lowest rate first; the sum over all is the invoice's. */
export function summarizeTax(
  lines: readonly Pick<InvoiceLine, "amountMinor" | "taxMinor" | "taxRatePpm">[],
): TaxSummary[] {
  const byRate = new Map<number, { netMinor: Minor; taxMinor: Minor }>();
  for (const line of lines) {
    const sum = byRate.get(line.taxRatePpm) ?? { netMinor: 0, taxMinor: 0 };
    sum.netMinor += line.amountMinor;
    sum.taxMinor += line.taxMinor;
    byRate.set(line.taxRatePpm, sum);
  }
  const rates = [...byRate].map(([taxRatePpm, sum]) => ({ taxRatePpm, ...sum }));
  return rates.sort((a, b) => a.taxRatePpm - b.taxRatePpm);
}

/** Whether any tax is charged; without it there is no tax column. */
export function hasTax(document: InvoiceDocument): boolean {
  return document.lines.some((line) => line.taxMinor !== 0 || line.taxRatePpm !== 0);
}

/**
 * Throws `InvoiceDocumentError` unless the document adds up and keeps the limits: a PDF whose lines do
 * not come to its total must not leave the house.
 */
export function checkInvoiceDocument(document: InvoiceDocument): void {
  checkLimits(document);
  checkDates(document);
  check(/^[A-Z]{3}$/.test(document.currency), `"${document.currency}" is not a currency`);
  let net = 0;
  for (const line of document.lines) {
    checkAmounts(line.amountMinor, line.taxMinor, line.unitPriceMinor, line.quantity);
    net += line.amountMinor;
  }
  check(net === document.subtotalMinor, `lines come to ${net}, not ${document.subtotalMinor}`);
  const expected = JSON.stringify(summarizeTax(document.lines));
  const stated = document.taxSummary.map(({ taxRatePpm, netMinor, taxMinor }) => {
    return { taxRatePpm, netMinor, taxMinor };
  });
  check(expected === JSON.stringify(stated), "the tax summary is not that of the lines");
  const total = document.taxSummary.reduce((sum, rate) => sum + rate.taxMinor, net);
  check(total === document.totalMinor, `lines and tax come to ${total}`);
  checkAmounts(document.totalMinor, document.balanceMinor);
  checkBalance(document);
}

/** Of posted invoices: a canceled one owes nothing, a negative one became credit. */
function checkBalance(document: InvoiceDocument): void {
  if (document.status !== "Posted" || document.totalMinor < 0) return;
  const applied = document.applied.reduce((sum, entry) => sum + entry.amountMinor, 0);
  const balance = document.totalMinor - applied;
  check(balance === document.balanceMinor, `total less payments is ${balance}`);
}

function checkLimits(document: InvoiceDocument): void {
  const attachments = document.attachments ?? [];
  const parties = [document.issuer, document.account, document.payer];
  check(document.lines.length <= MAX_LINES, `${document.lines.length} lines`);
  check(document.applied.length <= MAX_APPLIED, `${document.applied.length} payments`);
  check(document.paymentInstructions.length <= MAX_PARAGRAPHS, "too many payment instructions");
  check(attachments.length <= MAX_ATTACHMENTS, `${attachments.length} attachments`);
  for (const party of parties) {
    check((party?.addressLines.length ?? 0) <= MAX_ADDRESS_LINES, "too many address lines");
  }
  for (const attachment of attachments) {
    check(attachment.name !== "", "an attachment needs a name");
    check(attachment.data.byteLength <= MAX_ATTACHMENT_BYTES, `${attachment.name} is too large`);
  }
  const xmlLength = document.metadataXml?.length ?? 0;
  check(xmlLength <= MAX_METADATA_XML_CHARACTERS, "too much metadata");
}

function checkDates(document: InvoiceDocument): void {
  const dates = [document.invoiceDate, document.targetDate, document.dueDate];
  for (const line of document.lines) dates.push(line.startDate, line.endDate);
  for (const entry of document.applied) dates.push(entry.date);
  for (const date of dates) check(isCivilDate(date), `"${date}" is not a date`);
}

function isCivilDate(date: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date)) return false;
  const instant = new Date(`${date}T00:00:00Z`);
  return !Number.isNaN(instant.getTime()) && instant.toISOString().startsWith(date);
}

function checkAmounts(...amounts: readonly number[]): void {
  for (const amount of amounts) check(Number.isSafeInteger(amount), `${amount} is not an amount`);
}

function check(condition: boolean, message: string): void {
  if (!condition) throw new InvoiceDocumentError(message);
}
