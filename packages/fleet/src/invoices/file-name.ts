/** Names of files that say what is inside and that any file system takes. Pure. */

const MAX_NAME_BYTES = 100;
/** Control and format characters, and what some file system gives a meaning. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}<>:"/\\|?*]+/gu;
/** Devices of Windows, whatever follows a dot. */
const RESERVED = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/**
 * `Acme Ltd [5Kq…]/2026-03-01 INV-00000043.pdf`, below the folder of the files. The id tells accounts of
 * the same name apart.
 */
export function invoiceFileName(invoice: {
  readonly accountId: string;
  readonly accountName: string;
  readonly invoiceDate: string;
  readonly number: string;
}): string {
  const account = `${safeName(invoice.accountName)} [${safeName(invoice.accountId)}]`;
  const file = `${safeName(invoice.invoiceDate)} ${safeName(invoice.number)}.pdf`;
  return `${account}/${file}`;
}

/** One part of a path; never empty, hidden, a device, or a way up. */
export function safeName(text: string): string {
  const spaced = text.normalize("NFC").replace(UNSAFE, " ").replace(/\s+/g, " ");
  const cut = cutTo(spaced.replace(/^[ .]+/, ""), MAX_NAME_BYTES).replace(/[ .]+$/, "");
  if (cut === "") return "unnamed";
  return RESERVED.test(cut) ? `_${cut}` : cut;
}

function cutTo(text: string, bytes: number): string {
  let length = 0;
  let result = "";
  for (const character of text) {
    length += Buffer.byteLength(character);
    if (length > bytes) break;
    result += character;
  }
  return result;
}
