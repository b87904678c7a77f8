import { afterEach, describe, expect, it } from "vitest";
import { InvoiceDocumentError } from "../../src/invoice-pdf/document.js";
import {
  createInlinePdfPool,
  createPdfPool,
  type PdfPool,
  PdfPoolBusyError,
  PdfPoolClosedError,
  type PdfPoolOptions,
  PdfTimeoutError,
  PdfWorkerError,
} from "../../src/invoice-pdf/pool.js";
import { renderInvoicePdfSync } from "../../src/invoice-pdf/render.js";
import { sampleInvoice, sampleLines } from "./support/sample.js";

const FAILING = new URL("./support/failing-worker.mjs", import.meta.url);
const GOOD = sampleInvoice(sampleLines(3));
const numbered = (invoiceNumber: string) => sampleInvoice(sampleLines(3), { invoiceNumber });

let pools: PdfPool[] = [];
function open(options: PdfPoolOptions = {}): PdfPool {
  const pool = createPdfPool(options);
  pools.push(pool);
  return pool;
}

afterEach(async () => {
  await Promise.all(pools.map((pool) => pool.close()));
  pools = [];
});

// Threads start slowly where many tests run at once.
describe("the PDF pool", { timeout: 60_000 }, () => {
  it("renders on a thread what the renderer renders here", async () => {
    const pool = open();
    expect(pool.mode).toBe("thread");
    const documents = ["A", "B", "C", "D"].map(numbered);
    const pdfs = await Promise.all(documents.map((document) => pool.render(document)));
    pdfs.forEach((pdf, index) => {
      expect(pdf.equals(renderInvoicePdfSync(documents[index] ?? GOOD))).toBe(true);
    });
  });

  it("leaves this thread free meanwhile", async () => {
    const pool = open();
    await pool.render(GOOD);
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    await pool.render(sampleInvoice(sampleLines(1_000)));
    clearInterval(timer);
    expect(turns).toBeGreaterThan(5);
  });

  it("says that a document is wrong, and goes on", async () => {
    const pool = open();
    const wrong = pool.render({ ...GOOD, totalMinor: 1 });
    await expect(wrong).rejects.toThrow(InvoiceDocumentError);
    const unclonable = { ...GOOD, paymentTerms: (() => "") as unknown as string };
    await expect(pool.render(unclonable)).rejects.toThrow(InvoiceDocumentError);
    expect((await pool.render(GOOD)).length).toBeGreaterThan(10_000);
  });

  it("refuses more than its queue holds, and takes documents again later", async () => {
    const pool = open({ maxQueued: 2 });
    const taken = [pool.render(GOOD), pool.render(GOOD), pool.render(GOOD)];
    await expect(pool.render(GOOD)).rejects.toThrow(PdfPoolBusyError);
    await Promise.all(taken);
    expect((await pool.render(GOOD)).length).toBeGreaterThan(10_000);
  });

  it.each(["exit", "throw"])("replaces a thread that ends by %s", async (how) => {
    const pool = open({ workerUrl: FAILING });
    const lost = pool.render(numbered(how));
    const next = pool.render(GOOD);
    await expect(lost).rejects.toThrow(PdfWorkerError);
    expect((await next).equals(renderInvoicePdfSync(GOOD))).toBe(true);
  });

  it("gives up on a document that takes too long, and replaces the thread", async () => {
    const pool = open({ workerUrl: FAILING, timeoutMs: 5_000 });
    await pool.render(GOOD);
    const stuck = pool.render(numbered("hang"));
    const next = pool.render(GOOD);
    await expect(stuck).rejects.toThrow(PdfTimeoutError);
    expect((await next).equals(renderInvoicePdfSync(GOOD))).toBe(true);
  });

  it("fails every document when its worker cannot start, without going round in circles", async () => {
    const pool = open({ workerUrl: new URL("./support/absent.mjs", import.meta.url) });
    const results = await Promise.allSettled([pool.render(GOOD), pool.render(GOOD)]);
    for (const result of results) {
      expect(result.status).toBe("rejected");
      if (result.status === "rejected") expect(result.reason).toBeInstanceOf(PdfWorkerError);
    }
  });

  it("closes: what runs is finished, what waits and what comes is refused", async () => {
    const pool = open();
    const running = pool.render(GOOD);
    const waiting = pool.render(GOOD);
    const refused = expect(waiting).rejects.toThrow(PdfPoolClosedError);
    await pool.close();
    await refused;
    expect((await running).length).toBeGreaterThan(10_000);
    await expect(pool.render(GOOD)).rejects.toThrow(PdfPoolClosedError);
    await pool.close();
  });

  it("closes while its thread dies", async () => {
    const pool = open({ workerUrl: FAILING });
    const lost = expect(pool.render(numbered("exit"))).rejects.toThrow(PdfWorkerError);
    await pool.close();
    await lost;
  });

  it("does without threads where there is no compiled worker", async () => {
    const pool = createInlinePdfPool();
    expect(pool.mode).toBe("inline");
    expect((await pool.render(GOOD)).equals(renderInvoicePdfSync(GOOD))).toBe(true);
    await expect(pool.render({ ...GOOD, totalMinor: 1 })).rejects.toThrow(InvoiceDocumentError);
    await pool.close();
    await expect(pool.render(GOOD)).rejects.toThrow(PdfPoolClosedError);
  });

  it("uses as many threads as it may", async () => {
    const pool = open({ workers: 2, maxQueued: 0 });
    await Promise.all([pool.render(GOOD), pool.render(GOOD)]);
    expect(() => createPdfPool({ workers: 0 })).toThrow(RangeError);
    expect(() => createPdfPool({ timeoutMs: 0.5 })).toThrow(RangeError);
  });
});
