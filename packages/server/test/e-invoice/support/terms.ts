/**
 * Reads an e-invoice back into the business terms of EN 16931, from either syntax, by the paths that the
 * standard's bindings give (EN 16931-3-2 and 3-3). Parsing is libxml2's, so what is not well-formed fails.
 */
import { type NamespaceMap, XmlDocument, type XmlNode } from "libxml2-wasm";

/** A business term that is absent is null; amounts and quantities stay the text that was read. */
export interface Terms {
  readonly syntax: "UBL" | "CII";
  /** Local name of the root element. */
  readonly root: string;
  readonly BT1: string | null;
  readonly BT2: string | null;
  readonly BT3: string | null;
  readonly BT5: string | null;
  readonly BT9: string | null;
  readonly BT20: string | null;
  readonly BT24: string | null;
  readonly BT27: string | null;
  readonly BT29: string | null;
  readonly BT30: string | null;
  readonly BT31: string | null;
  readonly BT32: string | null;
  readonly BT40: string | null;
  readonly BT43: string | null;
  readonly BT44: string | null;
  readonly BT46: string | null;
  readonly BT50: string | null;
  readonly BT52: string | null;
  readonly BT55: string | null;
  readonly BT58: string | null;
  readonly BT70: string | null;
  readonly BT71: string | null;
  readonly BT75: string | null;
  readonly BT80: string | null;
  readonly BT73: string | null;
  readonly BT74: string | null;
  readonly BT106: string | null;
  readonly BT109: string | null;
  readonly BT110: string | null;
  readonly BT112: string | null;
  readonly BT115: string | null;
  readonly lines: readonly LineTerms[];
  readonly taxes: readonly TaxTerms[];
  /** Every amount's currency that is stated with it. */
  readonly currencies: readonly string[];
  /** Names of elements without text, children or attributes. */
  readonly empty: readonly string[];
  readonly sellerHasAddress: boolean;
  readonly buyerHasAddress: boolean;
  readonly deliverToHasAddress: boolean;
}

export interface LineTerms {
  readonly BT126: string | null;
  readonly BT127: string | null;
  readonly BT128: string | null;
  readonly BT129: string | null;
  readonly BT130: string | null;
  readonly BT131: string | null;
  readonly BT134: string | null;
  readonly BT135: string | null;
  readonly BT146: string | null;
  readonly BT149: string | null;
  readonly BT150: string | null;
  readonly BT151: string | null;
  readonly BT152: string | null;
  readonly BT153: string | null;
  readonly BT155: string | null;
}

export interface TaxTerms {
  readonly BT116: string | null;
  readonly BT117: string | null;
  readonly BT118: string | null;
  readonly BT119: string | null;
  readonly BT120: string | null;
}

type Paths<T> = { readonly [K in keyof T]: string };

const UBL: NamespaceMap = {
  cac: "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
  cbc: "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
};
const CII: NamespaceMap = {
  rsm: "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
  ram: "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
  udt: "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
};

const SUPPLIER = "cac:AccountingSupplierParty/cac:Party";
const CUSTOMER = "cac:AccountingCustomerParty/cac:Party";
const AGREEMENT = "rsm:SupplyChainTradeTransaction/ram:ApplicableHeaderTradeAgreement";
const SELLER = `${AGREEMENT}/ram:SellerTradeParty`;
const BUYER = `${AGREEMENT}/ram:BuyerTradeParty`;
const SHIP_TO =
  "rsm:SupplyChainTradeTransaction/ram:ApplicableHeaderTradeDelivery/ram:ShipToTradeParty";
const SETTLEMENT = "rsm:SupplyChainTradeTransaction/ram:ApplicableHeaderTradeSettlement";
const SUMMATION = `${SETTLEMENT}/ram:SpecifiedTradeSettlementHeaderMonetarySummation`;

type Scalar = Exclude<
  keyof Terms,
  | "syntax"
  | "root"
  | "lines"
  | "taxes"
  | "currencies"
  | "empty"
  | "sellerHasAddress"
  | "buyerHasAddress"
  | "deliverToHasAddress"
>;

const UBL_PATHS: Paths<Pick<Terms, Scalar>> = {
  BT1: "cbc:ID",
  BT2: "cbc:IssueDate",
  BT3: "cbc:InvoiceTypeCode | cbc:CreditNoteTypeCode",
  BT5: "cbc:DocumentCurrencyCode",
  BT9: "cbc:DueDate",
  BT20: "cac:PaymentTerms/cbc:Note",
  BT24: "cbc:CustomizationID",
  BT27: `${SUPPLIER}/cac:PartyLegalEntity/cbc:RegistrationName`,
  BT29: `${SUPPLIER}/cac:PartyIdentification/cbc:ID`,
  BT30: `${SUPPLIER}/cac:PartyLegalEntity/cbc:CompanyID`,
  BT31: `${SUPPLIER}/cac:PartyTaxScheme[cac:TaxScheme/cbc:ID='VAT']/cbc:CompanyID`,
  BT32: `${SUPPLIER}/cac:PartyTaxScheme[cac:TaxScheme/cbc:ID!='VAT']/cbc:CompanyID`,
  BT40: `${SUPPLIER}/cac:PostalAddress/cac:Country/cbc:IdentificationCode`,
  BT43: `${SUPPLIER}/cac:Contact/cbc:ElectronicMail`,
  BT44: `${CUSTOMER}/cac:PartyLegalEntity/cbc:RegistrationName`,
  BT46: `${CUSTOMER}/cac:PartyIdentification/cbc:ID`,
  BT50: `${CUSTOMER}/cac:PostalAddress/cbc:StreetName`,
  BT52: `${CUSTOMER}/cac:PostalAddress/cbc:CityName`,
  BT55: `${CUSTOMER}/cac:PostalAddress/cac:Country/cbc:IdentificationCode`,
  BT58: `${CUSTOMER}/cac:Contact/cbc:ElectronicMail`,
  BT70: "cac:Delivery/cac:DeliveryParty/cac:PartyName/cbc:Name",
  BT71: "cac:Delivery/cac:DeliveryLocation/cbc:ID",
  BT75: "cac:Delivery/cac:DeliveryLocation/cac:Address/cbc:StreetName",
  BT80: "cac:Delivery/cac:DeliveryLocation/cac:Address/cac:Country/cbc:IdentificationCode",
  BT73: "cac:InvoicePeriod/cbc:StartDate",
  BT74: "cac:InvoicePeriod/cbc:EndDate",
  BT106: "cac:LegalMonetaryTotal/cbc:LineExtensionAmount",
  BT109: "cac:LegalMonetaryTotal/cbc:TaxExclusiveAmount",
  BT110: "cac:TaxTotal/cbc:TaxAmount",
  BT112: "cac:LegalMonetaryTotal/cbc:TaxInclusiveAmount",
  BT115: "cac:LegalMonetaryTotal/cbc:PayableAmount",
};

const CII_PATHS: Paths<Pick<Terms, Scalar>> = {
  BT1: "rsm:ExchangedDocument/ram:ID",
  BT2: "rsm:ExchangedDocument/ram:IssueDateTime/udt:DateTimeString[@format='102']",
  BT3: "rsm:ExchangedDocument/ram:TypeCode",
  BT5: `${SETTLEMENT}/ram:InvoiceCurrencyCode`,
  BT9: `${SETTLEMENT}/ram:SpecifiedTradePaymentTerms/ram:DueDateDateTime/udt:DateTimeString[@format='102']`,
  BT20: `${SETTLEMENT}/ram:SpecifiedTradePaymentTerms/ram:Description`,
  BT24: "rsm:ExchangedDocumentContext/ram:GuidelineSpecifiedDocumentContextParameter/ram:ID",
  BT27: `${SELLER}/ram:Name`,
  BT29: `${SELLER}/ram:ID`,
  BT30: `${SELLER}/ram:SpecifiedLegalOrganization/ram:ID`,
  BT31: `${SELLER}/ram:SpecifiedTaxRegistration/ram:ID[@schemeID='VA']`,
  BT32: `${SELLER}/ram:SpecifiedTaxRegistration/ram:ID[@schemeID='FC']`,
  BT40: `${SELLER}/ram:PostalTradeAddress/ram:CountryID`,
  BT43: `${SELLER}/ram:DefinedTradeContact/ram:EmailURIUniversalCommunication/ram:URIID`,
  BT44: `${BUYER}/ram:Name`,
  BT46: `${BUYER}/ram:ID`,
  BT50: `${BUYER}/ram:PostalTradeAddress/ram:LineOne`,
  BT52: `${BUYER}/ram:PostalTradeAddress/ram:CityName`,
  BT55: `${BUYER}/ram:PostalTradeAddress/ram:CountryID`,
  BT58: `${BUYER}/ram:DefinedTradeContact/ram:EmailURIUniversalCommunication/ram:URIID`,
  BT70: `${SHIP_TO}/ram:Name`,
  BT71: `${SHIP_TO}/ram:ID`,
  BT75: `${SHIP_TO}/ram:PostalTradeAddress/ram:LineOne`,
  BT80: `${SHIP_TO}/ram:PostalTradeAddress/ram:CountryID`,
  BT73: `${SETTLEMENT}/ram:BillingSpecifiedPeriod/ram:StartDateTime/udt:DateTimeString[@format='102']`,
  BT74: `${SETTLEMENT}/ram:BillingSpecifiedPeriod/ram:EndDateTime/udt:DateTimeString[@format='102']`,
  BT106: `${SUMMATION}/ram:LineTotalAmount`,
  BT109: `${SUMMATION}/ram:TaxBasisTotalAmount`,
  BT110: `${SUMMATION}/ram:TaxTotalAmount[@currencyID]`,
  BT112: `${SUMMATION}/ram:GrandTotalAmount`,
  BT115: `${SUMMATION}/ram:DuePayableAmount`,
};

const UBL_LINE: Paths<LineTerms> = {
  BT126: "cbc:ID",
  BT127: "cbc:Note",
  BT128: "cac:DocumentReference[cbc:DocumentTypeCode='130']/cbc:ID",
  BT129: "cbc:InvoicedQuantity | cbc:CreditedQuantity",
  BT130: "cbc:InvoicedQuantity/@unitCode | cbc:CreditedQuantity/@unitCode",
  BT131: "cbc:LineExtensionAmount",
  BT134: "cac:InvoicePeriod/cbc:StartDate",
  BT135: "cac:InvoicePeriod/cbc:EndDate",
  BT146: "cac:Price/cbc:PriceAmount",
  BT149: "cac:Price/cbc:BaseQuantity",
  BT150: "cac:Price/cbc:BaseQuantity/@unitCode",
  BT151: "cac:Item/cac:ClassifiedTaxCategory[cac:TaxScheme/cbc:ID='VAT']/cbc:ID",
  BT152: "cac:Item/cac:ClassifiedTaxCategory[cac:TaxScheme/cbc:ID='VAT']/cbc:Percent",
  BT153: "cac:Item/cbc:Name",
  BT155: "cac:Item/cac:SellersItemIdentification/cbc:ID",
};

const LINE_SETTLEMENT = "ram:SpecifiedLineTradeSettlement";
const CII_LINE: Paths<LineTerms> = {
  BT126: "ram:AssociatedDocumentLineDocument/ram:LineID",
  BT127: "ram:AssociatedDocumentLineDocument/ram:IncludedNote/ram:Content",
  BT128: `${LINE_SETTLEMENT}/ram:AdditionalReferencedDocument[ram:TypeCode='130']/ram:IssuerAssignedID`,
  BT129: "ram:SpecifiedLineTradeDelivery/ram:BilledQuantity",
  BT130: "ram:SpecifiedLineTradeDelivery/ram:BilledQuantity/@unitCode",
  BT131: `${LINE_SETTLEMENT}/ram:SpecifiedTradeSettlementLineMonetarySummation/ram:LineTotalAmount`,
  BT134: `${LINE_SETTLEMENT}/ram:BillingSpecifiedPeriod/ram:StartDateTime/udt:DateTimeString`,
  BT135: `${LINE_SETTLEMENT}/ram:BillingSpecifiedPeriod/ram:EndDateTime/udt:DateTimeString`,
  BT146: "ram:SpecifiedLineTradeAgreement/ram:NetPriceProductTradePrice/ram:ChargeAmount",
  BT149: "ram:SpecifiedLineTradeAgreement/ram:NetPriceProductTradePrice/ram:BasisQuantity",
  BT150:
    "ram:SpecifiedLineTradeAgreement/ram:NetPriceProductTradePrice/ram:BasisQuantity/@unitCode",
  BT151: `${LINE_SETTLEMENT}/ram:ApplicableTradeTax[ram:TypeCode='VAT']/ram:CategoryCode`,
  BT152: `${LINE_SETTLEMENT}/ram:ApplicableTradeTax[ram:TypeCode='VAT']/ram:RateApplicablePercent`,
  BT153: "ram:SpecifiedTradeProduct/ram:Name",
  BT155: "ram:SpecifiedTradeProduct/ram:SellerAssignedID",
};

const UBL_TAX: Paths<TaxTerms> = {
  BT116: "cbc:TaxableAmount",
  BT117: "cbc:TaxAmount",
  BT118: "cac:TaxCategory[cac:TaxScheme/cbc:ID='VAT']/cbc:ID",
  BT119: "cac:TaxCategory/cbc:Percent",
  BT120: "cac:TaxCategory/cbc:TaxExemptionReason",
};

const CII_TAX: Paths<TaxTerms> = {
  BT116: "ram:BasisAmount",
  BT117: "ram:CalculatedAmount",
  BT118: "self::ram:ApplicableTradeTax[ram:TypeCode='VAT']/ram:CategoryCode",
  BT119: "ram:RateApplicablePercent",
  BT120: "ram:ExemptionReason",
};

export function readUbl(xml: string): Terms {
  return withDocument(xml, (root) => ({
    ...read(root, UBL_PATHS, UBL),
    ...common(root),
    syntax: "UBL",
    lines: all(root, "cac:InvoiceLine | cac:CreditNoteLine", UBL_LINE, UBL),
    taxes: all(root, "cac:TaxTotal/cac:TaxSubtotal", UBL_TAX, UBL),
    sellerHasAddress: root.get(`${SUPPLIER}/cac:PostalAddress`, UBL) !== null,
    buyerHasAddress: root.get(`${CUSTOMER}/cac:PostalAddress`, UBL) !== null,
    deliverToHasAddress: root.get("cac:Delivery/cac:DeliveryLocation/cac:Address", UBL) !== null,
  }));
}

export function readCii(xml: string): Terms {
  return withDocument(xml, (root) => ({
    ...withDates(read(root, CII_PATHS, CII)),
    ...common(root),
    syntax: "CII",
    lines: all(
      root,
      "rsm:SupplyChainTradeTransaction/ram:IncludedSupplyChainTradeLineItem",
      CII_LINE,
      CII,
    ).map(withDates),
    taxes: all(root, `${SETTLEMENT}/ram:ApplicableTradeTax`, CII_TAX, CII),
    sellerHasAddress: root.get(`${SELLER}/ram:PostalTradeAddress`, CII) !== null,
    buyerHasAddress: root.get(`${BUYER}/ram:PostalTradeAddress`, CII) !== null,
    deliverToHasAddress: root.get(`${SHIP_TO}/ram:PostalTradeAddress`, CII) !== null,
  }));
}

function withDocument(xml: string, use: (root: XmlNode) => Terms): Terms {
  const document = XmlDocument.fromString(xml);
  try {
    return use(document.root);
  } finally {
    document.dispose();
  }
}

function common(root: XmlNode): Pick<Terms, "root" | "currencies" | "empty"> {
  return {
    root: String(root.eval("local-name()")),
    currencies: root.find("//@currencyID").map((node) => node.content),
    empty: root.find("//*[not(*) and not(normalize-space())]").map((node) => {
      return String(node.eval("local-name()"));
    }),
  };
}

function all<T>(root: XmlNode, path: string, paths: Paths<T>, map: NamespaceMap): T[] {
  return root.find(path, map).map((node) => read(node, paths, map));
}

/** A path that finds several nodes is a mistake of the document: no term read here may repeat. */
function read<T>(node: XmlNode, paths: Paths<T>, map: NamespaceMap): T {
  const entries = Object.entries<string>(paths).map(([term, path]) => {
    const found = node.find(path, map);
    if (found.length > 1) throw new Error(`${term} stands ${found.length} times`);
    return [term, found[0]?.content ?? null];
  });
  return Object.fromEntries(entries) as T;
}

/** CII writes `20260331` where UBL writes `2026-03-31`. */
function withDates<T extends object>(terms: T): T {
  const dates = ["BT2", "BT9", "BT73", "BT74", "BT134", "BT135"];
  const entries = Object.entries(terms).map(([term, value]) => {
    if (!dates.includes(term) || typeof value !== "string") return [term, value];
    return [term, value.replace(/^(\d{4})(\d{2})(\d{2})$/, "$1-$2-$3")];
  });
  return Object.fromEntries(entries) as T;
}
