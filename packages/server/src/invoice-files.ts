/**
 * The PDF of an invoice. It shows the invoice as it was posted (or withdrawn), not what was paid since:
 * the same invoice gives the same bytes every time, and a payment does not make a second original.
 */
import type { Contact } from "@paymaster/engine";
import { addDays, explain, sentenceDate } from "@paymaster/engine";
import type { Queryable } from "./database/pool.js";
import { type InvoiceDocument, type InvoiceParty, summarizeTax } from "./invoice-pdf/document.js";
import { loadAccount } from "./store/accounts.js";
import { chargeNumber, type InvoiceRecord, type Parties, readLines } from "./store/invoices.js";

export interface InvoicePdfs {
  /** The PDF of an invoice or draft. */
  get(invoice: InvoiceRecord): Promise<Buffer>;
}

export interface Renderer {
  render(document: InvoiceDocument): Promise<Buffer>;
}

/** Who issues the invoices. */
export const DEFAULT_ISSUER: InvoiceParty = {
  name: "Paymaster",
  addressLines: ["Billing for master accounts and their sub accounts"],
};

/** Finished files kept in memory, so that a second download costs nothing. */
const MAX_KEPT = 200;

export function createInvoicePdfs(
  db: Queryable,
  renderer: Renderer,
  issuer: InvoiceParty = DEFAULT_ISSUER,
): InvoicePdfs {
  const kept = new Map<string, Promise<Buffer>>();
  return {
    get: (invoice) => {
      if (invoice.number === null) return render(db, renderer, issuer, invoice);
      const key = `${invoice.masterId}/${invoice.id}/${invoice.status}`;
      const known = kept.get(key);
      if (known !== undefined) return known;
      const made = render(db, renderer, issuer, invoice);
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

async function render(
  db: Queryable,
  renderer: Renderer,
  issuer: InvoiceParty,
  invoice: InvoiceRecord,
): Promise<Buffer> {
  const lines = (await readLines(db, invoice)).map((line) => ({
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
  }));
  const parties = invoice.parties ?? (await partiesOfDraft(db, invoice));
  return renderer.render({
    issuer,
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
    paymentTerms: `Payment is due by ${sentenceDate(invoice.dueDate)}.`,
    paymentInstructions: [],
  });
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

/** "Seattle, WA 98101" where states are part of an address, "50667 Köln" elsewhere. */
function cityLine({ city = "", state = "", zip = "", country }: Contact): string {
  const line = country === "US" || country === "CA" ? `${city}, ${state} ${zip}` : `${zip} ${city}`;
  return line.trim();
}

/** A draft is no snapshot yet: it shows the account as it is now. */
async function partiesOfDraft(db: Queryable, invoice: InvoiceRecord): Promise<Parties> {
  const party = async (accountId: string) => {
    const loaded = await loadAccount(db, { masterId: invoice.masterId, accountId });
    if (loaded === undefined) throw new Error(`account ${accountId} of a draft is missing`);
    return { id: accountId, name: loaded.record.accountName, contact: loaded.record.contact };
  };
  return { account: await party(invoice.accountId), payer: await party(invoice.payerId) };
}
