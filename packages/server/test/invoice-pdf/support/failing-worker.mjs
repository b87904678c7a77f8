// Renders like the real worker, but dies or never answers when an invoice's number says so.
import { parentPort } from "node:worker_threads";
import { renderInvoicePdfSync } from "../../../dist/invoice-pdf/render.js";

parentPort.on("message", ({ id, document }) => {
  if (document.invoiceNumber === "exit") process.exit(3);
  if (document.invoiceNumber === "throw") throw new Error("out of memory, as it were");
  if (document.invoiceNumber === "hang") while (true);
  parentPort.postMessage({ id, pdf: renderInvoicePdfSync(document) });
});
