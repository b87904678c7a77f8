/** Random identifiers and secrets, in the shapes that the wire shows. */
import { createHash, randomBytes } from "node:crypto";

/** 22 characters of base64url (128 bits), as account and user ids look. */
export function newAccountId(): string {
  // A leading dash would be taken for an option on a command line.
  for (;;) {
    const id = randomBytes(16).toString("base64url");
    if (!id.startsWith("-")) return id;
  }
}

/**
 * 32 hexadecimal digits, as invoice ids look: the time and 80 random bits. Ids that grow with time keep
 * the database's indexes in order, so that an invoice costs the same among millions.
 */
export function newInvoiceId(): string {
  return Date.now().toString(16).padStart(12, "0") + randomBytes(10).toString("hex");
}

/** 256 random bits for keys, tokens and client secrets, with a prefix that tells what it is. */
export function newSecret(prefix: string): string {
  return `${prefix}_${randomBytes(32).toString("base64url")}`;
}

/** Secrets are stored only like this. They have 256 bits of entropy, so one round of SHA-256 is enough. */
export function hashSecret(secret: string): Buffer {
  return createHash("sha256").update(secret).digest();
}
