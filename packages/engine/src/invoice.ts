/** Charge lines put together as one invoice (billing rules, "Invoices"). Numbers and ids are the server's. */
import { assert } from "./assert.js";
import { addDays } from "./civil-date.js";
import { amountOf } from "./derivation.js";
import { sum, taxOn } from "./money.js";
import type { ChargeLine, CivilDate, Minor } from "./state.js";

/** Longest payment term that an operator may set. */
export const MAX_PAYMENT_TERM_DAYS = 365;
/** Most lines of one invoice: far above any account, low enough to hold in memory. */
export const MAX_INVOICE_LINES = 100_000;

export interface InvoiceRequest {
  readonly lines: readonly ChargeLine[];
  /** Day of the bill run. */
  readonly invoiceDate: CivilDate;
  /** Everything due on or before it is on the invoice. */
  readonly targetDate: CivilDate;
  /** The payer's payment term, 0 or more days. */
  readonly paymentTermDays: number;
}

export interface AssembledInvoice {
  readonly currency: string;
  readonly invoiceDate: CivilDate;
  readonly targetDate: CivilDate;
  /** Invoice date + payment term: never earlier than the invoice date. */
  readonly dueDate: CivilDate;
  readonly lines: readonly ChargeLine[];
  /** Sum of the lines, without tax. */
  readonly netMinor: Minor;
  /** Sum of the lines' taxes, each rounded by itself. */
  readonly taxMinor: Minor;
  /** Net + tax; negative when credits outweigh charges. */
  readonly totalMinor: Minor;
}

/** Totals and due date of an invoice of at least one line, all lines in one currency. */
export function assembleInvoice(request: InvoiceRequest): AssembledInvoice {
  const { lines, invoiceDate, targetDate, paymentTermDays } = request;
  assert(lines.length > 0 && lines.length <= MAX_INVOICE_LINES, `${lines.length} lines`);
  assert(Number.isInteger(paymentTermDays) && paymentTermDays >= 0, `term ${paymentTermDays}`);
  assert(paymentTermDays <= MAX_PAYMENT_TERM_DAYS, `term ${paymentTermDays}`);
  const currency = lines[0]?.derivation.currency ?? "";
  for (const line of lines) checkLine(line, currency);
  const netMinor = sum(lines.map((line) => line.amountMinor));
  const taxMinor = sum(lines.map((line) => line.taxMinor));
  return {
    currency,
    invoiceDate,
    targetDate,
    dueDate: addDays(invoiceDate, paymentTermDays),
    lines,
    netMinor,
    taxMinor,
    totalMinor: sum([netMinor, taxMinor]),
  };
}

function checkLine(line: ChargeLine, currency: string): void {
  assert(line.derivation.currency === currency, "one invoice, one currency");
  assert(line.startDate < line.endDate, `line from ${line.startDate} to ${line.endDate}`);
  assert(line.amountMinor === amountOf(line.derivation), "a line is what its derivation says");
  assert(line.taxMinor === taxOn(line.amountMinor, line.taxRatePpm), "tax is rounded per line");
}
