/** Whether bytes are a whole PDF of the invoice that was asked for. */
import { extractText, getDocumentProxy } from "unpdf";

const TAIL_BYTES = 1_024;

/**
 * @param number of the invoice in the list; it must stand in the file's text
 * @returns what is wrong; undefined: nothing
 */
export async function checkPdf(bytes: Uint8Array, number: string): Promise<string | undefined> {
  const head = Buffer.from(bytes.subarray(0, 8)).toString("latin1");
  if (!/^%PDF-[12]\./.test(head)) return "it does not begin like a PDF";
  const tail = Buffer.from(bytes.subarray(-TAIL_BYTES)).toString("latin1");
  if (!/startxref\s+\d+\s+%%EOF\s*$/.test(tail)) return "it does not end like a PDF";
  const text = await textOf(bytes);
  if (text === undefined) return "it cannot be read as a PDF";
  if (!withoutSpace(text).includes(withoutSpace(number))) {
    return `invoice number ${number} is not in its text`;
  }
  return undefined;
}

async function textOf(bytes: Uint8Array): Promise<string | undefined> {
  try {
    // A copy, and no Buffer: the library takes the memory over.
    const document = await getDocumentProxy(new Uint8Array(bytes), { verbosity: 0 });
    const { text } = await extractText(document, { mergePages: true });
    await document.destroy();
    return text;
  } catch {
    return undefined;
  }
}

/** Layouts break numbers and spread letters. */
function withoutSpace(text: string): string {
  return text.replace(/\s+/g, "");
}
