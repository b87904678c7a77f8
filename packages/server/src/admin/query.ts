/** What the operator's API reads from a query string: pages, dates, choices. */
import { isCivilDate } from "@paymaster/engine";
import { isUnstorable } from "../http/plain-text.js";
import { badField } from "./route.js";

export type Query = Readonly<Record<string, string | undefined>>;

/** Rows of one answer unless `limit` asks for another number. */
const PAGE = 1_000;
const MAX_PAGE = 10_000;
/** Between them there is room for a year more or less on either side, whatever is counted from a date. */
const FIRST_DATE = "1900-01-01";
const LAST_DATE = "9998-12-31";

export function readLimit(query: Query): number {
  return readCount(query, "limit", { default: PAGE, max: MAX_PAGE });
}

/** A whole number from 1 to `max`. */
export function readCount(
  query: Query,
  name: string,
  { default: otherwise, max }: { readonly default: number; readonly max: number },
): number {
  const text = query[name];
  if (text === undefined || text === "") return otherwise;
  const number = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (number < 1 || number > max) throw badField(name, `Must be a whole number from 1 to ${max}.`);
  return number;
}

/** Where the next page goes on; null: this was the last one. */
export function nextOf<T, N>(rows: readonly T[], limit: number, key: (row: T) => N): N | null {
  const last = rows.at(-1);
  return last === undefined || rows.length < limit ? null : key(last);
}

/** One of the choices; null: the parameter is absent. */
export function oneOf<const T extends string>(
  query: Query,
  name: string,
  choices: readonly T[],
): T | null {
  const text = query[name];
  if (text === undefined || text === "") return null;
  const found = choices.find((choice) => choice === text);
  if (found === undefined) throw badField(name, `Must be one of: ${choices.join(", ")}.`);
  return found;
}

export function readFlag(query: Query, name: string): boolean | null {
  const text = oneOf(query, name, ["true", "false"]);
  return text === null ? null : text === "true";
}

/** A civil date of 1900 to 9998; null: the parameter is absent. */
export function readDate(query: Query, name: string): string | null {
  const text = query[name];
  if (text === undefined || text === "") return null;
  if (!isCivilDate(text) || text < FIRST_DATE || text > LAST_DATE) {
    throw badField(name, "Must be a date like 2026-03-31.");
  }
  return text;
}

/** An opaque place in an ordered list, for `next` and `after`. */
export function toCursor(parts: readonly string[]): string {
  return Buffer.from(JSON.stringify(parts)).toString("base64url");
}

/** The parts of a cursor; null: the parameter is absent. */
export function readCursor(query: Query, length: number): string[] | null {
  const { after } = query;
  if (after === undefined || after === "") return null;
  const parts = parseCursor(after);
  if (parts === null || parts.length !== length) {
    throw badField("after", "Must be the next of an earlier answer.");
  }
  return parts;
}

function parseCursor(text: string): string[] | null {
  try {
    const parts: unknown = JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
    const isValid =
      Array.isArray(parts) &&
      parts.every((part) => typeof part === "string" && !isUnstorable(part));
    return isValid ? parts : null;
  } catch {
    return null;
  }
}

/** An instant as PostgreSQL writes it, since microseconds must survive. */
export function isInstant(text: string): boolean {
  const [date = "", time = ""] = text.split(" ");
  return (
    isCivilDate(date) &&
    /^([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?[+-](0\d|1[0-5])(:[0-5]\d)?$/.test(time)
  );
}
