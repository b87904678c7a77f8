/** What kept the private PostgreSQL from running. Each has one message: what, where, what to do. */
export type PostgresErrorCode =
  | "unsupported_platform"
  | "no_user"
  | "no_access"
  | "locked"
  | "version_mismatch"
  | "cluster_missing"
  | "disk_full"
  | "start_failed"
  | "gave_up"
  | "stopped";

/** A failure of the private PostgreSQL. `message` is one line, fit to be shown to the operator. */
export class PostgresError extends Error {
  override readonly name = "PostgresError";
  readonly code: PostgresErrorCode;

  constructor(code: PostgresErrorCode, message: string, cause?: unknown) {
    super(oneLine(message), cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

const LONGEST_MESSAGE_CHARS = 1000;

/** Joins the lines of a message into one, and bounds its length. */
export function oneLine(text: string): string {
  return text
    .replace(/\s*\n\s*/g, " ")
    .trim()
    .slice(0, LONGEST_MESSAGE_CHARS);
}

/** The `code` of a system error (`ENOENT`, `EACCES`, ...), or "" for anything else. */
export function systemCode(error: unknown): string {
  if (!(error instanceof Error) || !("code" in error)) return "";
  return typeof error.code === "string" ? error.code : "";
}

/**
 * Names a failed file operation for the operator.
 * @param doing what was being done, e.g. "create the directory /srv/x"
 */
export function fileError(doing: string, error: unknown): PostgresError {
  if (error instanceof PostgresError) return error;
  const code = systemCode(error);
  if (code === "ENOSPC" || code === "EDQUOT") return diskFull(doing, error);
  const advice =
    code === "EROFS"
      ? "The file system is read-only: choose another data directory (PAYMASTER_DATA_DIR)."
      : "Give this user access to it, or choose another data directory (PAYMASTER_DATA_DIR).";
  const reason = error instanceof Error ? error.message : String(error);
  return new PostgresError("no_access", `Cannot ${doing} (${reason}). ${advice}`, error);
}

/** Whether output of PostgreSQL tells of a full disk. */
export function isDiskFull(output: string): boolean {
  return /No space left on device|Disk quota exceeded|wrote only \d+ of \d+ bytes/.test(output);
}

/** @param doing what was being done, e.g. "start PostgreSQL in /srv/x" */
export function diskFull(doing: string, cause?: unknown): PostgresError {
  return new PostgresError(
    "disk_full",
    `Cannot ${doing}: no space left on the device. Free some space, then start again.`,
    cause,
  );
}
