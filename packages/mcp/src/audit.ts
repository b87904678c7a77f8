/**
 * Every call in a file: one line of JSON each, readable by its owner only, without secrets. The file
 * is put aside when it has grown, and the oldest ones that were put aside are removed.
 */
import { createHash } from "node:crypto";
import {
  closeSync,
  fchmodSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import type { SentRequest } from "./call-context.js";

export interface AuditEntry {
  readonly kind: "tool" | "resource" | "prompt" | "completion";
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
  /**
   * started: a change is about to be sent; its outcome follows on a line of its own.
   * refused: this server did not send it (limits, confirmations, arguments).
   */
  readonly outcome:
    | "ok"
    | "confirmation_required"
    | "started"
    | "done"
    | "refused"
    | "error"
    | "cancelled";
  readonly problem?: string | undefined;
  readonly amount?: number | undefined;
  readonly currency?: string | undefined;
  readonly requests?: readonly SentRequest[];
  readonly request_count?: number;
  readonly duration_ms?: number;
  readonly session?: string | undefined;
  /** Name and version that the assistant gave. */
  readonly client?: string | undefined;
  /** Over HTTP: the calling account and credential, without the secret. */
  readonly account_id?: string | undefined;
  readonly actor?: string | undefined;
}

export interface AuditLog {
  /**
   * @param token of this call, which must not appear
   * @returns whether the line was written; a change must not be sent without it
   */
  record(entry: AuditEntry, token?: string): boolean;
}

export interface AuditOptions {
  readonly file: string;
  readonly now: () => number;
  /** Texts that must not appear in any line, e.g. the credential. */
  readonly secrets?: readonly string[] | undefined;
  readonly log: (line: string) => void;
  readonly maxFileBytes?: number | undefined;
  readonly filesKept?: number | undefined;
}

const MAX_FILE_BYTES = 10 * 1024 * 1024;
const FILES_KEPT = 5;
/** Shorter ones appear in other words by chance. */
const MIN_SECRET_LENGTH = 4;
const MAX_TEXT_LENGTH = 300;
const MAX_NAME_LENGTH = 100;
/** So that one call cannot fill the file; its arguments are left out then. */
const MAX_LINE_LENGTH = 32 * 1024;
const MAX_MEMBERS = 60;
const MAX_DEPTH = 8;

/** A file that cannot be written is told once, and again after it could be written meanwhile. */
export function createAuditLog(options: AuditOptions): AuditLog {
  const { file, now, log } = options;
  let failing = false;
  return {
    record(entry, token) {
      const secrets = [...(options.secrets ?? []), ...(token === undefined ? [] : [token])].filter(
        ({ length }) => length >= MIN_SECRET_LENGTH,
      );
      const line = { at: new Date(now()).toISOString(), ...entry };
      try {
        appendLine(writeLine(line, secrets), options);
        failing = false;
        return true;
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        if (!failing) log(`the audit file ${file} cannot be written: ${reason}`);
        failing = true;
        return false;
      }
    },
  };
}

function writeLine(line: AuditEntry, secrets: readonly string[]): string {
  const whole = JSON.stringify(withoutSecrets(line, secrets));
  if (whole.length <= MAX_LINE_LENGTH) return `${whole}\n`;
  const left = { ...line, arguments: { left_out: `${whole.length} characters` } };
  return `${JSON.stringify(withoutSecrets(left, secrets))}\n`;
}

function appendLine(line: string, options: AuditOptions): void {
  const { file, maxFileBytes = MAX_FILE_BYTES, filesKept = FILES_KEPT } = options;
  let descriptor = openOwn(file);
  try {
    const { size } = fstatSync(descriptor);
    if (size > 0 && size + Buffer.byteLength(line) > maxFileBytes) {
      closeSync(descriptor);
      putAside(file, options.now());
      descriptor = openOwn(file);
      removeOldest(file, filesKept);
    }
    writeSync(descriptor, line);
  } finally {
    closeSync(descriptor);
  }
}

function openOwn(file: string): number {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const descriptor = openSync(file, "a", 0o600);
  const { mode, size } = fstatSync(descriptor);
  // A file that was there before may be open to others.
  if (size === 0 || (mode & 0o077) !== 0) fchmodSync(descriptor, 0o600);
  return descriptor;
}

/** The name tells when, so that several processes that do this at once lose nothing. */
function putAside(file: string, nowMs: number): void {
  const stamp = new Date(nowMs).toISOString().replaceAll(/[:.]/g, "-");
  renameSync(file, `${file}.${stamp}-${process.pid}`);
}

function removeOldest(file: string, filesKept: number): void {
  const prefix = `${basename(file)}.`;
  const aside = readdirSync(dirname(file)).filter((name) =>
    /^\d{4}-\d{2}-\d{2}T/.test(name.startsWith(prefix) ? name.slice(prefix.length) : ""),
  );
  const surplus = Math.max(0, aside.length - filesKept);
  for (const name of aside.sort().slice(0, surplus)) {
    rmSync(join(dirname(file), name), { force: true });
  }
}

const SECRET_NAME = /pass|secret|token|credential|authorization|api_?key|transfer_code/i;
const REMOVED = "[removed]";

/** The value with secrets removed, and cut where it is long; what a call did stays readable. */
export function withoutSecrets(value: unknown, secrets: readonly string[], depth = 0): unknown {
  if (typeof value === "string") {
    if (secrets.some((secret) => value.includes(secret))) return REMOVED;
    return value.length <= MAX_TEXT_LENGTH
      ? value
      : `${value.slice(0, MAX_TEXT_LENGTH)}… (${value.length} characters)`;
  }
  if (typeof value !== "object" || value === null) return value;
  if (depth >= MAX_DEPTH) return "[too deep]";
  if (Array.isArray(value)) {
    return value.slice(0, MAX_MEMBERS).map((one) => withoutSecrets(one, secrets, depth + 1));
  }
  const members = Object.entries(value).slice(0, MAX_MEMBERS);
  return Object.fromEntries(
    members.map(([name, member]) => [
      withoutSecrets(name.slice(0, MAX_NAME_LENGTH), secrets),
      withoutMember(name, member, secrets, depth),
    ]),
  );
}

function withoutMember(
  name: string,
  member: unknown,
  secrets: readonly string[],
  depth: number,
): unknown {
  // The page of a list, which the wire calls a token, opens nothing.
  if (name === "next_page_token") return withoutSecrets(member, secrets, depth + 1);
  if (name === "confirmation" && typeof member === "string") return fingerprint(member);
  if (SECRET_NAME.test(name)) return REMOVED;
  return withoutSecrets(member, secrets, depth + 1);
}

/** The same for the two steps of a change, and of no use to carry one out. */
export function fingerprint(text: string): string {
  return `sha256:${createHash("sha256").update(text).digest("hex").slice(0, 16)}`;
}
