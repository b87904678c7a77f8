/**
 * EN 16931 in UBL 2.1 (EN 16931-3-2). A document of type 381 is a UBL CreditNote: the code list of UBL's
 * InvoiceTypeCode does not have 381 (BR-CL-01). The order of the elements is that of the UBL schema.
 */
import { formatMinor, type Minor } from "@paymaster/engine";
import type {
  Buyer,
  DeliverTo,
  EInvoice,
  EInvoiceLine,
  Period,
  PostalAddress,
  Seller,
  TaxBreakdown,
} from "./invoice.js";
import { percent } from "./numbers.js";
import { group, text, writeXml, type XmlElement, type XmlPart } from "./xml.js";

const SCHEMA = "urn:oasis:names:specification:ubl:schema:xsd";
/** BT-24: the core invoice, without any national or sector's rules. */
const SPECIFICATION = "urn:cen.eu:en16931:2017";

/** The invoice as UBL, UTF-8. */
export function writeUbl(invoice: EInvoice): string {
  const kind = invoice.typeCode === "381" ? "CreditNote" : "Invoice";
  const namespaces = {
    xmlns: `${SCHEMA}:${kind}-2`,
    "xmlns:cac": `${SCHEMA}:CommonAggregateComponents-2`,
    "xmlns:cbc": `${SCHEMA}:CommonBasicComponents-2`,
  };
  const isCredit = kind === "CreditNote";
  const { currency } = invoice;
  return writeXml(
    kind,
    namespaces,
    text("cbc:CustomizationID", SPECIFICATION),
    text("cbc:ID", invoice.number),
    text("cbc:IssueDate", invoice.issueDate),
    isCredit ? null : text("cbc:DueDate", invoice.dueDate),
    text(isCredit ? "cbc:CreditNoteTypeCode" : "cbc:InvoiceTypeCode", invoice.typeCode),
    text("cbc:DocumentCurrencyCode", currency),
    period(invoice.period),
    group("cac:AccountingSupplierParty", seller(invoice.seller)),
    group("cac:AccountingCustomerParty", buyer(invoice.buyer)),
    invoice.deliverTo === null ? null : delivery(invoice.deliverTo),
    group("cac:PaymentTerms", text("cbc:Note", invoice.paymentTerms)),
    group(
      "cac:TaxTotal",
      amount("cbc:TaxAmount", invoice.taxMinor, currency),
      invoice.taxes.map((tax) => taxSubtotal(tax, currency)),
    ),
    group(
      "cac:LegalMonetaryTotal",
      amount("cbc:LineExtensionAmount", invoice.netMinor, currency),
      amount("cbc:TaxExclusiveAmount", invoice.netMinor, currency),
      amount("cbc:TaxInclusiveAmount", invoice.totalMinor, currency),
      amount("cbc:PayableAmount", invoice.totalMinor, currency),
    ),
    invoice.lines.map((line) => invoiceLine(line, currency, isCredit)),
  );
}

function seller(party: Seller): XmlElement | null {
  return group(
    "cac:Party",
    group("cac:PartyIdentification", text("cbc:ID", party.id)),
    address("cac:PostalAddress", party.address),
    taxScheme(party.vatId, "VAT"),
    // Any scheme but VAT makes it a tax registration (BT-32).
    // Any scheme but VAT makes it a tax registration (BT-32); FC is what CII calls it.
    taxScheme(party.taxNumber, "FC"),
    group(
      "cac:PartyLegalEntity",
      text("cbc:RegistrationName", party.name),
      text("cbc:CompanyID", party.registrationId),
    ),
    group("cac:Contact", text("cbc:ElectronicMail", party.email)),
  );
}

function taxScheme(companyId: string | null, scheme: string): XmlElement | null {
  if (companyId === null) return null;
  return group("cac:PartyTaxScheme", text("cbc:CompanyID", companyId), taxSchemeId(scheme));
}

function taxSchemeId(scheme: string): XmlElement | null {
  return group("cac:TaxScheme", text("cbc:ID", scheme));
}

function buyer(party: Buyer): XmlElement | null {
  return group(
    "cac:Party",
    group("cac:PartyIdentification", text("cbc:ID", party.id)),
    address("cac:PostalAddress", party.address),
    group("cac:PartyLegalEntity", text("cbc:RegistrationName", party.name)),
    group(
      "cac:Contact",
      text("cbc:Name", party.contactName),
      text("cbc:Telephone", party.phone),
      text("cbc:ElectronicMail", party.email),
    ),
  );
}

function delivery(party: DeliverTo): XmlElement | null {
  return group(
    "cac:Delivery",
    group(
      "cac:DeliveryLocation",
      text("cbc:ID", party.id),
      party.address === null ? null : address("cac:Address", party.address),
    ),
    group("cac:DeliveryParty", group("cac:PartyName", text("cbc:Name", party.name))),
  );
}

function address(name: string, { lines, city, zip, subdivision, country }: PostalAddress): XmlPart {
  return group(
    name,
    text("cbc:StreetName", lines[0]),
    text("cbc:AdditionalStreetName", lines[1]),
    text("cbc:CityName", city),
    text("cbc:PostalZone", zip),
    text("cbc:CountrySubentity", subdivision),
    group("cac:AddressLine", text("cbc:Line", lines[2])),
    group("cac:Country", text("cbc:IdentificationCode", country)),
  );
}

function taxSubtotal(tax: TaxBreakdown, currency: string): XmlElement | null {
  return group(
    "cac:TaxSubtotal",
    amount("cbc:TaxableAmount", tax.netMinor, currency),
    amount("cbc:TaxAmount", tax.taxMinor, currency),
    group(
      "cac:TaxCategory",
      text("cbc:ID", tax.category),
      text("cbc:Percent", tax.taxRatePpm === null ? null : percent(tax.taxRatePpm)),
      text("cbc:TaxExemptionReason", tax.exemptionReason),
      taxSchemeId("VAT"),
    ),
  );
}

function invoiceLine(line: EInvoiceLine, currency: string, isCredit: boolean): XmlElement | null {
  const unit = { unitCode: line.unitCode };
  return group(
    isCredit ? "cac:CreditNoteLine" : "cac:InvoiceLine",
    text("cbc:ID", line.id),
    text("cbc:Note", line.note),
    text(isCredit ? "cbc:CreditedQuantity" : "cbc:InvoicedQuantity", String(line.quantity), unit),
    amount("cbc:LineExtensionAmount", line.netMinor, currency),
    period(line.period),
    group(
      "cac:DocumentReference",
      text("cbc:ID", line.chargeNumber),
      text("cbc:DocumentTypeCode", "130"),
    ),
    group(
      "cac:Item",
      text("cbc:Name", line.name),
      group("cac:SellersItemIdentification", text("cbc:ID", line.planType)),
      group(
        "cac:ClassifiedTaxCategory",
        text("cbc:ID", line.category),
        text("cbc:Percent", line.taxRatePpm === null ? null : percent(line.taxRatePpm)),
        taxSchemeId("VAT"),
      ),
    ),
    group(
      "cac:Price",
      amount("cbc:PriceAmount", line.priceMinor, currency),
      line.baseQuantity === 1 ? null : text("cbc:BaseQuantity", String(line.baseQuantity), unit),
    ),
  );
}

function period({ start, end }: Period): XmlElement | null {
  return group("cac:InvoicePeriod", text("cbc:StartDate", start), text("cbc:EndDate", end));
}

function amount(name: string, minor: Minor, currency: string): XmlElement | null {
  return text(name, formatMinor(minor), { currencyID: currency });
}
