/** From a posted invoice to the terms of EN 16931, or to what is missing for that. */
import {
  addDays,
  type ChargeLine,
  type Contact,
  type Derivation,
  explain,
  type Minor,
  sentenceDate,
} from "@paymaster/engine";
import { chargeNumber, type InvoiceRecord, type Parties } from "../store/invoices.js";
import type {
  Buyer,
  DeliverTo,
  EInvoice,
  EInvoiceLine,
  EInvoiceProblem,
  Period,
  PostalAddress,
  Seller,
  TaxCategory,
} from "./invoice.js";
import { type Issuer, isCountry } from "./issuer.js";
import { breakDown, checkKind, checkRounding, type TaxTreatment, treatmentsOf } from "./tax.js";
import { cleanText } from "./xml.js";

/** Lines of one e-invoice: some 6 MB of CII, which a PDF can carry as an attachment. */
export const MAX_E_INVOICE_LINES = 3_000;

export interface EInvoiceSource {
  readonly issuer: Issuer;
  readonly invoice: InvoiceRecord;
  readonly parties: Parties;
  readonly lines: readonly ChargeLine[];
}

export type EInvoiceResult =
  | { readonly invoice: EInvoice }
  | { readonly problems: readonly EInvoiceProblem[] };

export function toEInvoice(source: EInvoiceSource): EInvoiceResult {
  const { invoice, issuer, lines, parties } = source;
  const treatments = treatmentsOf(lines, parties.taxExempt);
  const taxes = breakDown(lines, treatments, issuer.taxExemptionReason);
  const problems = [
    ...checkInvoice(source),
    ...checkParties(parties),
    ...checkIssuer(issuer, treatments),
    ...checkKind(treatments, parties.account.contact?.country),
    ...checkRounding(taxes),
  ];
  if (problems.length > 0) return { problems };
  // A credit note states what is credited as positive amounts: everything changes its sign.
  const sign = invoice.totalMinor < 0 ? -1 : 1;
  return {
    invoice: {
      typeCode: sign < 0 ? "381" : "380",
      number: invoice.invoiceNumber,
      issueDate: invoice.invoiceDate,
      dueDate: sign < 0 ? null : invoice.dueDate,
      paymentTerms: paymentTermsOf(invoice),
      currency: invoice.currency,
      period: wholePeriod(lines),
      seller: sellerOf(issuer, treatments),
      buyer: buyerOf(parties.payer),
      deliverTo: parties.payer.id === parties.account.id ? null : deliverToOf(parties.account),
      lines: lines.map((line, index) => {
        const treatment = treatments[index];
        if (treatment === undefined) throw new Error(`line ${index + 1} has no tax category`);
        return lineOf(line, index, treatment, sign);
      }),
      taxes: taxes.map((tax) => ({
        ...tax,
        netMinor: signed(tax.netMinor, sign),
        taxMinor: signed(tax.taxMinor, sign),
      })),
      netMinor: signed(invoice.netMinor, sign),
      taxMinor: signed(invoice.taxMinor, sign),
      totalMinor: signed(invoice.totalMinor, sign),
    },
  };
}

/** The sentence that the PDF has as well. */
export function paymentTermsOf(invoice: Pick<InvoiceRecord, "totalMinor" | "dueDate">): string {
  if (invoice.totalMinor < 0) {
    return "This amount is a credit of the payer and is applied to open and later invoices.";
  }
  return `Payment is due by ${sentenceDate(invoice.dueDate)}.`;
}

function checkInvoice({ invoice, lines }: EInvoiceSource): EInvoiceProblem[] {
  if (invoice.status !== "Posted" || invoice.number === null) {
    const state = invoice.status === "Canceled" ? "was cancelled" : "is a draft";
    return [{ field: "invoice.status", message: `The invoice ${state}.` }];
  }
  if (lines.length === 0 || lines.length > MAX_E_INVOICE_LINES) {
    const message = `The invoice has ${lines.length} lines; 1 to ${MAX_E_INVOICE_LINES} can be stated.`;
    return [{ field: "invoice.lines", message }];
  }
  return [];
}

function checkParties({ account, payer }: Parties): EInvoiceProblem[] {
  const problems: EInvoiceProblem[] = [];
  const country = payer.contact?.country ?? "";
  if (cleanText(payer.name) === "") {
    problems.push({ field: "payer.name", message: "The payer has no name (BR-07)." });
  }
  if (country === "") {
    const message = "The billing contact of the payer has no country (BR-11).";
    problems.push({ field: "payer.contact.country", message });
  } else if (!isCountry(country)) {
    const message = `"${cleanText(country)}" is not a country of ISO 3166-1.`;
    problems.push({ field: "payer.contact.country", message });
  }
  if (cleanText(account.name) === "") {
    problems.push({ field: "account.name", message: "The account has no name." });
  }
  return problems;
}

function checkIssuer(issuer: Issuer, treatments: readonly TaxTreatment[]): EInvoiceProblem[] {
  const isOutside = isOutsideVat(treatments);
  if (isOutside && issuer.id === null && issuer.registrationId === null) {
    const message =
      "An invoice that is not subject to VAT names no VAT identifier (BR-O-02); it needs the " +
      "issuer's registration_id or id (BR-CO-26).";
    return [{ field: "issuer.registration_id", message }];
  }
  if (!isOutside && issuer.vatId === null && issuer.taxNumber === null) {
    const message =
      "Taxed and exempt lines need the issuer's vat_id or tax_number (BR-S-02, BR-E-02).";
    return [{ field: "issuer.vat_id", message }];
  }
  return [];
}

/** All lines are O or none is. */
function isOutsideVat(treatments: readonly TaxTreatment[]): boolean {
  return treatments[0]?.category === "O";
}

function sellerOf(issuer: Issuer, treatments: readonly TaxTreatment[]): Seller {
  return {
    name: issuer.name,
    id: issuer.id,
    registrationId: issuer.registrationId,
    vatId: isOutsideVat(treatments) ? null : issuer.vatId,
    taxNumber: issuer.taxNumber,
    address: {
      lines: issuer.addressLines,
      city: issuer.city,
      zip: issuer.zip,
      subdivision: issuer.state,
      country: issuer.country,
    },
    email: issuer.email,
  };
}

function buyerOf({ id, name, contact }: Parties["payer"]): Buyer {
  const address = addressOf(contact);
  if (address === null) throw new Error(`the payer ${id} has no country`);
  const person = [contact?.first_name, contact?.last_name].filter(Boolean).join(" ");
  return {
    name: cleanText(name),
    id,
    address,
    contactName: orNull(person),
    phone: orNull(contact?.phone_number),
    email: orNull(contact?.email),
  };
}

function deliverToOf({ id, name, contact }: Parties["account"]): DeliverTo {
  return { id, name: cleanText(name), address: addressOf(contact) };
}

/** null when there is no country: an address needs one (BR-11, BR-57). */
function addressOf(contact: Contact | null): PostalAddress | null {
  const country = contact?.country ?? "";
  if (!isCountry(country)) return null;
  return {
    lines: [contact?.address, contact?.apt].flatMap((line) => orNull(line) ?? []),
    city: orNull(contact?.city),
    zip: orNull(contact?.zip),
    subdivision: orNull(contact?.state),
    country,
  };
}

function orNull(value: string | undefined): string | null {
  const text = cleanText(value ?? "");
  return text === "" ? null : text;
}

/**
 * The net amount of a line is price / base quantity x quantity. A full period has its unit price. A part
 * of one costs an amount that no unit price times the quantity gives to the cent, so its price is the
 * amount itself for all units together (the base quantity), which is exact without further decimals. An
 * allowance down from the list price would also add up, but days without service are no discount. The
 * list price and the days stand in the line's note.
 */
function lineOf(
  line: ChargeLine,
  index: number,
  { category, taxRatePpm }: { category: TaxCategory; taxRatePpm: number | null },
  sign: 1 | -1,
): EInvoiceLine {
  const netMinor = signed(line.amountMinor, sign);
  const magnitude = Math.abs(netMinor);
  const isWhole = line.unitPriceMinor * line.quantity === magnitude;
  return {
    id: String(index + 1),
    note: explain(line.derivation),
    chargeNumber: chargeNumber(line.itemNumber),
    quantity: netMinor < 0 ? -line.quantity : line.quantity,
    unitCode: UNIT_CODES[line.derivation.unit],
    netMinor,
    period: { start: line.startDate, end: addDays(line.endDate, -1) },
    priceMinor: isWhole ? line.unitPriceMinor : magnitude,
    baseQuantity: isWhole ? 1 : line.quantity,
    category,
    taxRatePpm,
    name: line.chargeName,
    planType: line.planType,
  };
}

/** C62: one, a unit that is counted; E34: gigabyte. */
const UNIT_CODES: Readonly<Record<Derivation["unit"], string>> = {
  host: "C62",
  plan: "C62",
  GB: "E34",
};

function wholePeriod(lines: readonly ChargeLine[]): Period {
  const starts = lines.map((line) => line.startDate).sort();
  const ends = lines.map((line) => line.endDate).sort();
  return { start: starts[0] ?? "", end: addDays(ends.at(-1) ?? "", -1) };
}

function signed(amountMinor: Minor, sign: 1 | -1): Minor {
  return amountMinor === 0 ? 0 : amountMinor * sign; // never -0
}
