/** Thread of the pool (`pool.ts`): renders one document for each message. */
import { parentPort } from "node:worker_threads";
import type { InvoiceDocument } from "./document.js";
import { renderInvoicePdfSync } from "./render.js";

export interface RenderRequest {
  readonly id: number;
  readonly document: InvoiceDocument;
}

export type RenderReply =
  | { readonly id: number; readonly pdf: Uint8Array }
  | { readonly id: number; readonly error: { readonly name: string; readonly message: string } };

const port = parentPort;
if (port === null) throw new Error("worker.ts is started as a thread only");

port.on("message", ({ id, document }: RenderRequest) => {
  const reply = render(id, document);
  // The bytes are handed over, not copied: `finish` gives each file memory of its own.
  port.postMessage(reply, "pdf" in reply ? [reply.pdf.buffer as ArrayBuffer] : []);
});

function render(id: number, document: InvoiceDocument): RenderReply {
  try {
    return { id, pdf: renderInvoicePdfSync(document) };
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    return { id, error: { name, message } };
  }
}
