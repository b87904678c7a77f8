/**
 * What a session may do, from the query of the endpoint's address: the person who enters the address
 * decides, and the assistant cannot change it.
 */
import { parseLimit, type SpendingLimits } from "../spending.js";

export interface SessionOptions {
  readonly allowWrites: boolean;
  readonly limits: SpendingLimits;
}

/** A query that is not understood; the message says what was expected. */
export class SessionOptionError extends Error {}

/**
 * `allow_writes=true`, `max_per_call=500USD`, `max_per_day=2000USD`. A misspelt limit must not pass
 * for none, so anything else is refused.
 * @throws SessionOptionError, SpendingLimitError
 */
export function readSessionOptions(query: URLSearchParams): SessionOptions {
  const given = new Map<string, string>();
  for (const [name, value] of query) {
    if (!NAMES.includes(name)) {
      throw new SessionOptionError(
        `unknown parameter ${JSON.stringify(name.slice(0, 50))}; expected ${NAMES.join(", ")}`,
      );
    }
    if (given.has(name)) throw new SessionOptionError(`${name} is given twice`);
    given.set(name, value);
  }
  const limit = (name: string) => {
    const text = given.get(name);
    return text === undefined ? undefined : parseLimit(text, name);
  };
  return {
    allowWrites: readFlag(given.get("allow_writes")),
    limits: { perCall: limit("max_per_call"), perDay: limit("max_per_day") },
  };
}

const NAMES = ["allow_writes", "max_per_call", "max_per_day"];

function readFlag(text: string | undefined): boolean {
  if (text === undefined || text === "false") return false;
  if (text === "true") return true;
  throw new SessionOptionError("allow_writes must be true or false");
}
