/**
 * Invoices as PDF/A-3b, fonts embedded, on one core; beside it a bare pdfkit page with one line of a
 * standard font, which embeds nothing. Usage: node bench/pdf.mjs [documents]
 */
import { createRequire } from "node:module";
import { renderInvoicePdf } from "../packages/server/dist/invoice-pdf/render.js";
import { report } from "./support/report.mjs";
import { median, timed } from "./support/timing.mjs";

const PDFDocument = createRequire(new URL("../packages/server/package.json", import.meta.url))(
  "pdfkit",
);
const documents = Number(process.argv[2] ?? 300);
const rounds = [];
let bytes = 0;
await renderInvoicePdf(invoice(0));
for (let round = 0; round < 5; round += 1) {
  const cpu = process.cpuUsage();
  const seconds = await timed(async () => {
    for (let index = 1; index <= documents; index += 1)
      bytes = (await renderInvoicePdf(invoice(index))).length;
  });
  const { user, system } = process.cpuUsage(cpu);
  const bare = await timed(async () => {
    for (let index = 0; index < documents; index += 1) await barePage(index);
  });
  rounds.push({
    rate: documents / seconds,
    cpu: documents / ((user + system) / 1e6),
    ratio: bare / seconds,
  });
}
report("PDF, one page, PDF/A-3b", {
  "documents/s": median(rounds.map((one) => one.rate)),
  "documents per processor second": median(rounds.map((one) => one.cpu)),
  bytes: bytes,
  "share of bare pdfkit's rate": median(rounds.map((one) => one.ratio)),
});

function barePage(index) {
  return new Promise((resolve) => {
    const page = new PDFDocument({ size: "A4" });
    page.on("data", () => undefined);
    page.on("end", resolve);
    page.text(`Invoice ${index}`);
    page.end();
  });
}

function invoice(index) {
  const lines = ["Standard Pro Monthly", "Webinar 500 Monthly", "Cloud Recording 100 GB"].map(
    (name, at) => ({
      chargeName: name,
      chargeNumber: `C-0000000${at + 1}`,
      planType: "monthly",
      quantity: 5,
      unitPriceMinor: 1_499,
      startDate: "2026-01-31",
      endDate: "2026-02-27",
      amountMinor: 7_495 + index,
      taxMinor: 1_424,
      taxRatePpm: 190_000,
      explanation:
        "5 hosts from 31 January to 27 February 2026, a full period of 5 x 14.99 USD: 74.95 USD.",
    }),
  );
  const net = lines.reduce((total, line) => total + line.amountMinor, 0);
  const tax = lines.reduce((total, line) => total + line.taxMinor, 0);
  return {
    issuer: {
      name: "Meridian Partners",
      addressLines: ["500 Market Street", "San Francisco, CA 94105"],
    },
    account: {
      name: `Account ${index}`,
      addressLines: ["1 Main Street", "Seattle, WA 98101"],
      accountId: "a",
    },
    payer: null,
    invoiceNumber: `INV-${String(index).padStart(8, "0")}`,
    status: "Posted",
    invoiceDate: "2026-01-31",
    targetDate: "2026-01-31",
    dueDate: "2026-03-02",
    currency: "USD",
    purchaseOrder: null,
    lines,
    subtotalMinor: net,
    taxSummary: [{ taxRatePpm: 190_000, netMinor: net, taxMinor: tax }],
    totalMinor: net + tax,
    applied: [],
    balanceMinor: net + tax,
    paymentTerms: "Payment is due by 2 March 2026.",
    paymentInstructions: [],
  };
}
