/** Invoices for the tests, as the bill run would make them. */
import {
  type InvoiceDocument,
  type InvoiceLine,
  summarizeTax,
} from "../../../src/invoice-pdf/document.js";

const CATALOGUE = [
  ["Standard Biz Annual", "business_yearly", 10, 19_990, "2026-04-01", "2027-03-31"],
  ["Cloud Recording 100 GB", "cmr_monthly_commitment_100", 1, 10_000, "2026-03-01", "2026-03-31"],
  ["Webinar 500 Monthly", "webinar500_monthly", 2, 14_000, "2026-03-11", "2026-04-10"],
  ["Zoom Rooms Monthly", "zroom_monthly", 24, 4_900, "2026-03-01", "2026-03-31"],
  ["Large Meeting 1000 Annual", "large1000_yearly", 5, 108_000, "2026-03-15", "2027-03-14"],
] as const;

export function sampleLine(index: number, overrides: Partial<InvoiceLine> = {}): InvoiceLine {
  const row = CATALOGUE[index % CATALOGUE.length] ?? CATALOGUE[0];
  const [chargeName, planType, quantity, unitPriceMinor, startDate, endDate] = row;
  const amountMinor = quantity * unitPriceMinor;
  const taxRatePpm = 0;
  return {
    chargeName,
    chargeNumber: `C-${String(index + 1).padStart(8, "0")}`,
    planType,
    quantity,
    unitPriceMinor,
    startDate,
    endDate,
    amountMinor,
    taxMinor: 0,
    taxRatePpm,
    explanation:
      `${quantity} hosts from ${startDate} to ${endDate}, a full period of ` +
      `${quantity} x ${(unitPriceMinor / 100).toFixed(2)} USD: ${(amountMinor / 100).toFixed(2)} USD.`,
    ...overrides,
  };
}

export function sampleLines(count: number, taxRatePpm = 0): InvoiceLine[] {
  return Array.from({ length: count }, (_, index) => {
    const line = sampleLine(index);
    const taxMinor = Math.round((line.amountMinor * taxRatePpm) / 1_000_000);
    return { ...line, taxRatePpm, taxMinor };
  });
}

/** A posted invoice of these lines with nothing paid; sums follow from the lines. */
export function sampleInvoice(
  lines: readonly InvoiceLine[],
  overrides: Partial<InvoiceDocument> = {},
): InvoiceDocument {
  const taxSummary = summarizeTax(lines);
  const subtotalMinor = lines.reduce((sum, line) => sum + line.amountMinor, 0);
  const totalMinor = taxSummary.reduce((sum, rate) => sum + rate.taxMinor, subtotalMinor);
  return {
    issuer: {
      name: "Northwind Communications, Inc.",
      addressLines: ["400 Harbor Street, Suite 1200", "Seattle, WA 98101", "United States"],
      taxId: "91-1234567",
      email: "billing@northwind.example",
    },
    account: {
      name: "Contoso Manufacturing LLC",
      addressLines: ["Dana Whitfield", "77 Mill Road", "Portland, OR 97209", "United States"],
      email: "accounts.payable@contoso.example",
      accountId: "EAZ8Nmq1SmSKTy0wM1jmPA",
    },
    payer: null,
    invoiceNumber: "INV00000042",
    status: "Posted",
    invoiceDate: "2026-03-31",
    targetDate: "2026-03-31",
    dueDate: "2026-04-30",
    currency: "USD",
    purchaseOrder: null,
    lines,
    subtotalMinor,
    taxSummary,
    totalMinor,
    applied: [],
    balanceMinor: Math.max(0, totalMinor),
    paymentTerms: "Payment is due within 30 days of the invoice date.",
    paymentInstructions: [
      "Please pay by bank transfer to Northwind Communications, Inc., First Harbor Bank, " +
        "routing 125000024, account 000123456789, and name the invoice number.",
    ],
    ...overrides,
  };
}

/** A character in each way that text can be strange. */
export const STRANGE_TEXTS = {
  latin: "Łódź Žižkov Ærøskøbing Þórshöfn İstanbul",
  vietnamese: "Công ty Cổ phần Đầu tư Nguyễn Hữu Thọ",
  greek: "Ελληνική Εταιρεία Τηλεπικοινωνιών Α.Ε.",
  cyrillic: "ООО «Северное Сияние», Київ, Ѓорче Петров",
  japanese: "株式会社サンプル・コミュニケーションズ",
  chinese: "北京示例科技有限公司 / 臺灣範例股份有限公司",
  korean: "주식회사 한국커뮤니케이션",
  arabic: "شركة الاتصالات",
  emoji: "Rocket 🚀 Ltd 👩‍👩‍👧",
  loneSurrogate: "broken \ud83d text \udc00",
  combining: "e\u0301 x\u0302\u0323 n\u0303 q\u0307",
  controls: "tab\there\u0000null\u0007bell\u001b[31m",
  bidiOverride: "invoice \u202egpj.exe\u202c end",
  markup: '<b>"Tom & Jerry"</b> %s (paren \\) \\( /Name <<>> ]]>',
  newlines: "first\nsecond\r\nthird",
} as const;
