import { describe, expect, it } from "vitest";
import {
  AbortError,
  ApiError,
  bearerToken,
  createClient,
  NetworkError,
  TimeoutError,
  UnexpectedResponseError,
} from "../src/index.js";
import { json, type Peer, startPeer } from "./support/peer.js";

const pdf = Buffer.concat([Buffer.from("%PDF-1.7\n"), Buffer.alloc(200_000, 7)]);

function clientOf(peer: Peer, options: { timeoutMs?: number; maxPdfBytes?: number } = {}) {
  return createClient({
    baseUrl: peer.baseUrl,
    authentication: bearerToken("t"),
    retry: { maxAttempts: 1 },
    ...options,
  });
}

describe("an invoice as PDF", () => {
  it("is a stream with name, type and length", async () => {
    const peer = await startPeer((_, response) => {
      response.writeHead(200, {
        "content-type": "application/pdf",
        "content-length": pdf.length,
        "content-disposition": 'attachment; filename="8ad08551.pdf"',
      });
      response.end(pdf);
    });
    const download = await clientOf(peer).downloadInvoicePDF({ invoiceId: "8ad08551" });
    expect(peer.requests[0]?.url).toBe("/v2/api/download/billing/invoices/8ad08551");
    expect(download.filename).toBe("8ad08551.pdf");
    expect(download.contentType).toBe("application/pdf");
    expect(download.contentLength).toBe(pdf.length);
    expect(Buffer.from(await download.bytes()).equals(pdf)).toBe(true);
  });

  it("is known by its first bytes when the type says JSON, as the published document does", async () => {
    const peer = await startPeer((_, response) => {
      response.writeHead(200, { "content-type": "application/json" }).end(pdf);
    });
    const download = await clientOf(peer).downloadInvoicePDF({ invoiceId: "i1" });
    expect(download.filename).toBe("i1.pdf");
    expect((await download.bytes()).byteLength).toBe(pdf.length);
  });

  it("is an error when the service refuses", async () => {
    const message = "InvoiceId does not exist: i1.";
    const peer = await startPeer((_, response) => json(response, 400, { code: 2001, message }));
    const call = clientOf(peer).downloadInvoicePDF({ invoiceId: "i1" });
    await expect(call).rejects.toBeInstanceOf(ApiError);
  });

  it("is not some other JSON", async () => {
    const peer = await startPeer((_, response) => json(response, 200, { url: "elsewhere" }));
    const call = clientOf(peer).downloadInvoicePDF({ invoiceId: "i1" });
    await expect(call).rejects.toBeInstanceOf(UnexpectedResponseError);
  });

  it("fails when it stalls, is cut, is too long, or is no longer wanted", async () => {
    const head = { "content-type": "application/pdf", "content-length": String(pdf.length) };
    const stalling = await startPeer((_, response) => {
      response.writeHead(200, head);
      response.write(pdf.subarray(0, 1000));
    });
    const slow = clientOf(stalling, { timeoutMs: 150 });
    const stalled = await slow.downloadInvoicePDF({ invoiceId: "i" });
    await expect(stalled.bytes()).rejects.toBeInstanceOf(TimeoutError);

    const abort = new AbortController();
    const unwanted = await clientOf(stalling).downloadInvoicePDF(
      { invoiceId: "i" },
      { signal: abort.signal },
    );
    setTimeout(() => abort.abort(), 50);
    await expect(unwanted.bytes()).rejects.toBeInstanceOf(AbortError);

    const cutting = await startPeer((_, response) => {
      response.writeHead(200, head);
      response.write(pdf.subarray(0, 1000), () => setTimeout(() => response.destroy(), 50));
    });
    const cut = await clientOf(cutting).downloadInvoicePDF({ invoiceId: "i" });
    await expect(cut.bytes()).rejects.toBeInstanceOf(NetworkError);

    const long = await startPeer((_, response) => {
      response.writeHead(200, { "content-type": "application/pdf" }).end(pdf);
    });
    const short = clientOf(long, { maxPdfBytes: 10_000 });
    const tooLong = await short.downloadInvoicePDF({ invoiceId: "i" });
    await expect(tooLong.bytes()).rejects.toBeInstanceOf(UnexpectedResponseError);
  });

  it("may be read slowly: the time limit is for the service, not for the reader", async () => {
    const peer = await startPeer((_, response) => {
      response.writeHead(200, { "content-type": "application/pdf" }).end(pdf);
    });
    const client = clientOf(peer, { timeoutMs: 100 });
    const { stream } = await client.downloadInvoicePDF({ invoiceId: "i" });
    const reader = stream.getReader();
    const first = await reader.read();
    await new Promise((resolve) => setTimeout(resolve, 250));
    let length = first.value?.byteLength ?? 0;
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      length += value.byteLength;
    }
    expect(length).toBe(pdf.length);
  });
});
