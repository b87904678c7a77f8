/**
 * EN 16931 in the Cross Industry Invoice of UN/CEFACT, D16B (EN 16931-3-3): the syntax inside a PDF. The
 * order of the elements is that of the schema.
 */
import { type CivilDate, formatMinor, type Minor } from "@paymaster/engine";
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
import { compactDate, percent } from "./numbers.js";
import { group, text, writeXml, type XmlElement } from "./xml.js";

const DATA = "urn:un:unece:uncefact:data:standard";
/** BT-24: Factur-X and ZUGFeRD name their profile EN 16931 by the standard itself. */
const SPECIFICATION = "urn:cen.eu:en16931:2017";

/** The invoice as CII, UTF-8. */
export function writeCii(invoice: EInvoice): string {
  const namespaces = {
    "xmlns:rsm": `${DATA}:CrossIndustryInvoice:100`,
    "xmlns:ram": `${DATA}:ReusableAggregateBusinessInformationEntity:100`,
    "xmlns:udt": `${DATA}:UnqualifiedDataType:100`,
  };
  return writeXml(
    "rsm:CrossIndustryInvoice",
    namespaces,
    group(
      "rsm:ExchangedDocumentContext",
      group("ram:GuidelineSpecifiedDocumentContextParameter", text("ram:ID", SPECIFICATION)),
    ),
    group(
      "rsm:ExchangedDocument",
      text("ram:ID", invoice.number),
      text("ram:TypeCode", invoice.typeCode),
      date("ram:IssueDateTime", invoice.issueDate),
    ),
    group(
      "rsm:SupplyChainTradeTransaction",
      invoice.lines.map(lineItem),
      group("ram:ApplicableHeaderTradeAgreement", seller(invoice.seller), buyer(invoice.buyer)),
      // Mandatory, if only as an empty element.
      invoice.deliverTo === null ? EMPTY_DELIVERY : delivery(invoice.deliverTo),
      settlement(invoice),
    ),
  );
}

const EMPTY_DELIVERY: XmlElement = {
  name: "ram:ApplicableHeaderTradeDelivery",
  attributes: {},
  content: [],
};

function lineItem(line: EInvoiceLine): XmlElement | null {
  const unit = { unitCode: line.unitCode };
  return group(
    "ram:IncludedSupplyChainTradeLineItem",
    group(
      "ram:AssociatedDocumentLineDocument",
      text("ram:LineID", line.id),
      group("ram:IncludedNote", text("ram:Content", line.note)),
    ),
    group(
      "ram:SpecifiedTradeProduct",
      text("ram:SellerAssignedID", line.planType),
      text("ram:Name", line.name),
    ),
    group(
      "ram:SpecifiedLineTradeAgreement",
      group(
        "ram:NetPriceProductTradePrice",
        amount("ram:ChargeAmount", line.priceMinor),
        line.baseQuantity === 1 ? null : text("ram:BasisQuantity", String(line.baseQuantity), unit),
      ),
    ),
    group(
      "ram:SpecifiedLineTradeDelivery",
      text("ram:BilledQuantity", String(line.quantity), unit),
    ),
    group(
      "ram:SpecifiedLineTradeSettlement",
      group(
        "ram:ApplicableTradeTax",
        text("ram:TypeCode", "VAT"),
        text("ram:CategoryCode", line.category),
        rate(line.taxRatePpm),
      ),
      period(line.period),
      group(
        "ram:SpecifiedTradeSettlementLineMonetarySummation",
        amount("ram:LineTotalAmount", line.netMinor),
      ),
      group(
        "ram:AdditionalReferencedDocument",
        text("ram:IssuerAssignedID", line.chargeNumber),
        text("ram:TypeCode", "130"),
      ),
    ),
  );
}

function seller(party: Seller): XmlElement | null {
  return group(
    "ram:SellerTradeParty",
    text("ram:ID", party.id),
    text("ram:Name", party.name),
    group("ram:SpecifiedLegalOrganization", text("ram:ID", party.registrationId)),
    group(
      "ram:DefinedTradeContact",
      group("ram:EmailURIUniversalCommunication", text("ram:URIID", party.email)),
    ),
    address(party.address),
    group("ram:SpecifiedTaxRegistration", text("ram:ID", party.vatId, { schemeID: "VA" })),
    group("ram:SpecifiedTaxRegistration", text("ram:ID", party.taxNumber, { schemeID: "FC" })),
  );
}

function buyer(party: Buyer): XmlElement | null {
  return group(
    "ram:BuyerTradeParty",
    text("ram:ID", party.id),
    text("ram:Name", party.name),
    group(
      "ram:DefinedTradeContact",
      text("ram:PersonName", party.contactName),
      group("ram:TelephoneUniversalCommunication", text("ram:CompleteNumber", party.phone)),
      group("ram:EmailURIUniversalCommunication", text("ram:URIID", party.email)),
    ),
    address(party.address),
  );
}

function delivery(party: DeliverTo): XmlElement | null {
  return group(
    "ram:ApplicableHeaderTradeDelivery",
    group(
      "ram:ShipToTradeParty",
      text("ram:ID", party.id),
      text("ram:Name", party.name),
      party.address === null ? null : address(party.address),
    ),
  );
}

function address({ lines, city, zip, subdivision, country }: PostalAddress): XmlElement | null {
  return group(
    "ram:PostalTradeAddress",
    text("ram:PostcodeCode", zip),
    text("ram:LineOne", lines[0]),
    text("ram:LineTwo", lines[1]),
    text("ram:LineThree", lines[2]),
    text("ram:CityName", city),
    text("ram:CountryID", country),
    text("ram:CountrySubDivisionName", subdivision),
  );
}

function settlement(invoice: EInvoice): XmlElement | null {
  return group(
    "ram:ApplicableHeaderTradeSettlement",
    text("ram:InvoiceCurrencyCode", invoice.currency),
    invoice.taxes.map(tradeTax),
    period(invoice.period),
    group(
      "ram:SpecifiedTradePaymentTerms",
      text("ram:Description", invoice.paymentTerms),
      invoice.dueDate === null ? null : date("ram:DueDateDateTime", invoice.dueDate),
    ),
    group(
      "ram:SpecifiedTradeSettlementHeaderMonetarySummation",
      amount("ram:LineTotalAmount", invoice.netMinor),
      amount("ram:TaxBasisTotalAmount", invoice.netMinor),
      text("ram:TaxTotalAmount", formatMinor(invoice.taxMinor), { currencyID: invoice.currency }),
      amount("ram:GrandTotalAmount", invoice.totalMinor),
      amount("ram:DuePayableAmount", invoice.totalMinor),
    ),
  );
}

function tradeTax(tax: TaxBreakdown): XmlElement | null {
  return group(
    "ram:ApplicableTradeTax",
    amount("ram:CalculatedAmount", tax.taxMinor),
    text("ram:TypeCode", "VAT"),
    text("ram:ExemptionReason", tax.exemptionReason),
    amount("ram:BasisAmount", tax.netMinor),
    text("ram:CategoryCode", tax.category),
    rate(tax.taxRatePpm),
  );
}

function rate(taxRatePpm: number | null): XmlElement | null {
  return text("ram:RateApplicablePercent", taxRatePpm === null ? null : percent(taxRatePpm));
}

function period({ start, end }: Period): XmlElement | null {
  return group(
    "ram:BillingSpecifiedPeriod",
    date("ram:StartDateTime", start),
    date("ram:EndDateTime", end),
  );
}

function date(name: string, value: CivilDate): XmlElement | null {
  return group(name, text("udt:DateTimeString", compactDate(value), { format: "102" }));
}

function amount(name: string, minor: Minor): XmlElement | null {
  return text(name, formatMinor(minor));
}
