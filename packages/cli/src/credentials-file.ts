/** Files that hold credentials: read only if nobody else can read them, written so. */
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { UsageError } from "./exit-codes.js";

/** Members of a file as `paymaster serve` writes it; which are needed depends on the use. */
export const CREDENTIAL_MEMBERS = [
  "base_url",
  "token_url",
  "account_id",
  "client_id",
  "client_secret",
  "api_key",
  "admin_url",
  "admin_key",
] as const;
export type CredentialMember = (typeof CREDENTIAL_MEMBERS)[number];
export type CredentialMembers = Readonly<Partial<Record<CredentialMember, string>>>;

const MAX_BYTES = 64 * 1024;

/** @returns undefined when there is no such file. @throws UsageError with what is wrong and what to do */
export function readCredentialsFile(file: string): CredentialMembers | undefined {
  let text: string;
  try {
    assertPrivate(file);
    text = readFileSync(file, "utf8");
  } catch (error) {
    if (error instanceof UsageError) throw error;
    if ((error as { code?: unknown }).code === "ENOENT") return undefined;
    throw new UsageError(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
  return parseCredentials(text, file);
}

/** @throws UsageError when others than the owner may read or change the file */
function assertPrivate(file: string): void {
  const { mode, size } = statSync(file);
  if (size > MAX_BYTES) throw new UsageError(`${file}: too large for a credentials file`);
  // Windows has no such bits: a file there is as private as its folder.
  if (process.platform === "win32" || (mode & 0o077) === 0) return;
  const shown = (mode & 0o777).toString(8).padStart(4, "0");
  throw new UsageError(
    `${file} has mode ${shown}: other users can read the secrets in it. Do: chmod 600 ${quote(file)}`,
  );
}

function quote(file: string): string {
  return /^[\w./~-]+$/.test(file) ? file : `'${file.replaceAll("'", "'\\''")}'`;
}

/** @param origin for messages. @throws UsageError */
export function parseCredentials(text: string, origin: string): CredentialMembers {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // The parser's message may quote the text, secrets and all.
    const place = /(at position \d+|line \d+ column \d+)/.exec(message)?.[0];
    throw new UsageError(
      `${origin} is not JSON${place === undefined ? "" : ` (${place})`}; expected an object with ${CREDENTIAL_MEMBERS.slice(0, 6).join(", ")}`,
    );
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new UsageError(`${origin}: expected a JSON object with base_url and a credential`);
  }
  const members: Partial<Record<CredentialMember, string>> = {};
  for (const name of CREDENTIAL_MEMBERS) {
    const member = (value as Record<string, unknown>)[name];
    if (member === undefined || member === null) continue;
    if (typeof member !== "string") throw new UsageError(`${origin}: ${name} is not text`);
    members[name] = member;
  }
  return members;
}

/** Written whole or not at all, and never readable by others. */
export function writeCredentialsFile(file: string, members: CredentialMembers): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${process.pid}.tmp`;
  try {
    writeFileSync(draft, `${JSON.stringify(members, null, 2)}\n`, { mode: 0o600, flag: "wx" });
    renameSync(draft, file);
  } finally {
    rmSync(draft, { force: true });
  }
}
