import { describe, expect, it } from "vitest";
import { checkPdf } from "../src/invoices/check-pdf.js";

/** The smallest file that says something. */
function pdf(text: string): Uint8Array {
  const content = `BT /F1 12 Tf 72 720 Td (${text}) Tj ET`;
  const objects = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
    `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
  ];
  let file = "%PDF-1.4\n";
  const offsets = objects.map((object, index) => {
    const offset = file.length;
    file += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return offset;
  });
  const start = file.length;
  const entries = offsets.map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`);
  file += `xref\n0 6\n0000000000 65535 f \n${entries.join("")}`;
  file += `trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`;
  return new TextEncoder().encode(file);
}

describe("a file that was fetched", () => {
  it("is the invoice's if it is a whole PDF and the number stands in its text", async () => {
    const bytes = pdf("Invoice INV-00000043");
    expect(await checkPdf(bytes, "INV-00000043")).toBeUndefined();
    expect(await checkPdf(Buffer.from(bytes), "INV-00000043")).toBeUndefined();
    expect(await checkPdf(bytes, "INV-00000044")).toBe(
      "invoice number INV-00000044 is not in its text",
    );
  });

  it("is not if it is cut, something else, or broken inside", async () => {
    const bytes = pdf("Invoice INV-1");
    expect(await checkPdf(bytes.slice(0, -40), "INV-1")).toBe("it does not end like a PDF");
    expect(await checkPdf(new TextEncoder().encode("<html>"), "INV-1")).toBe(
      "it does not begin like a PDF",
    );
    const broken = new TextEncoder().encode("%PDF-1.4\nnothing\nstartxref\n9\n%%EOF\n");
    expect(await checkPdf(broken, "INV-1")).toBe("it cannot be read as a PDF");
  });
});
