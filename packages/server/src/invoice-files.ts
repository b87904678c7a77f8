/**
 * The PDF of an invoice, with the same invoice as XML inside (Factur-X) once it is posted. Both show the
 * invoice as it was posted (or withdrawn), not what was paid since: the same invoice gives the same bytes
 * every time, and a payment does not make a second original.
 */
import { addDays, type ChargeLine, type Contact, explain } from "@paymaster/engine";
import { isTaxExempt } from "./billing/tax.js";
import type { Queryable } from "./database/pool.js";
import { type EInvoiceResult, paymentTermsOf, toEInvoice } from "./e-invoice/assemble.js";
import { writeCii } from "./e-invoice/cii.js";
import { cityLine } from "./e-invoice/city-line.js";
import { facturX } from "./e-invoice/factur-x.js";
import { issuerParty } from "./e-invoice/issuer.js";
import { type InvoiceDocument, type InvoiceParty, summarizeTax } from "./invoice-pdf/document.js";
import { loadAccount } from "./store/accounts.js";
import { chargeNumber, type InvoiceRecord, type Parties, readLines } from "./store/invoices.js";
import type { Issuers } from "./store/issuers.js";

export interface InvoicePdfs {
  /** The PDF of an invoice or draft. */
  get(invoice: InvoiceRecord): Promise<Buffer>;
}

export interface Renderer {
  render(document: InvoiceDocument): Promise<Buffer>;
}

/** Finished files kept in memory, so that a second download costs nothing. */
const MAX_KEPT = 200;

export function createInvoicePdfs(
  db: Queryable,
  renderer: Renderer,
  issuers: Issuers,
): InvoicePdfs {
  const kept = new Map<string, Promise<Buffer>>();
  return {
    get: (invoice) => {
      if (invoice.number === null) return render(db, renderer, issuers, invoice);
      const key = `${invoice.masterId}/${invoice.id}/${invoice.status}`;
      const known = kept.get(key);
      if (known !== undefined) return known;
      const made = render(db, renderer, issuers, invoice);
      kept.set(key, made);
      made.catch(() => kept.delete(key));
      if (kept.size > MAX_KEPT) {
        const oldest = kept.keys().next();
        if (!oldest.done) kept.delete(oldest.value);
      }
      return made;
    },
  };
}

/** The invoice in the terms of EN 16931, or what keeps it from being stated so. */
export async function eInvoiceOf(
  db: Queryable,
  invoice: InvoiceRecord,
  issuers: Issuers,
): Promise<EInvoiceResult> {
  const parties = invoice.parties ?? (await partiesOfDraft(db, invoice));
  const issuer = await issuers.of(invoice);
  return toEInvoice({ issuer, invoice, parties, lines: await readLines(db, invoice) });
}

async function render(
  db: Queryable,
  renderer: Renderer,
  issuers: Issuers,
  invoice: InvoiceRecord,
): Promise<Buffer> {
  const issuer = await issuers.of(invoice);
  const charges = await readLines(db, invoice);
  const parties = invoice.parties ?? (await partiesOfDraft(db, invoice));
  const eInvoice = toEInvoice({ issuer, invoice, parties, lines: charges });
  const lines = charges.map(toLine);
  return renderer.render({
    issuer: issuerParty(issuer),
    account: toParty(parties.account),
    payer: parties.payer.id === parties.account.id ? null : toParty(parties.payer),
    invoiceNumber: invoice.invoiceNumber,
    status: invoice.status,
    invoiceDate: invoice.invoiceDate,
    targetDate: invoice.targetDate,
    dueDate: invoice.dueDate,
    currency: invoice.currency,
    purchaseOrder: null,
    lines,
    subtotalMinor: invoice.netMinor,
    taxSummary: summarizeTax(lines),
    totalMinor: invoice.totalMinor,
    applied: [],
    balanceMinor: invoice.totalMinor,
    paymentTerms: paymentTermsOf(invoice),
    paymentInstructions: [],
    ...("invoice" in eInvoice ? facturX(writeCii(eInvoice.invoice)) : {}),
  });
}

function toLine(line: ChargeLine): InvoiceDocument["lines"][number] {
  return {
    chargeName: line.chargeName,
    chargeNumber: chargeNumber(line.itemNumber),
    planType: line.planType,
    quantity: line.quantity,
    unitPriceMinor: line.unitPriceMinor,
    startDate: line.startDate,
    endDate: addDays(line.endDate, -1),
    amountMinor: line.amountMinor,
    taxMinor: line.taxMinor,
    taxRatePpm: line.taxRatePpm,
    explanation: explain(line.derivation),
  };
}

function toParty(party: Parties["account"]): InvoiceParty {
  const contact: Contact = party.contact ?? {};
  const join = (...parts: (string | undefined)[]) => parts.filter(Boolean).join(" ");
  return {
    name: party.name,
    addressLines: [
      join(contact.first_name, contact.last_name),
      join(contact.address, contact.apt),
      cityLine(contact),
      contact.country ?? "",
    ].filter((line) => line !== ""),
    email: contact.email ?? null,
    accountId: party.id,
  };
}

/** A draft is no snapshot yet: it shows the account as it is now. */
async function partiesOfDraft(db: Queryable, invoice: InvoiceRecord): Promise<Parties> {
  const load = async (accountId: string) => {
    const loaded = await loadAccount(db, { masterId: invoice.masterId, accountId });
    if (loaded === undefined) throw new Error(`account ${accountId} of a draft is missing`);
    const { accountName: name, contact } = loaded.record;
    return { loaded, party: { id: accountId, name, contact } };
  };
  const account = await load(invoice.accountId);
  const payer = await load(invoice.payerId);
  return {
    account: account.party,
    payer: payer.party,
    taxExempt: isTaxExempt(account.loaded),
  };
}
