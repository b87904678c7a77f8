/** Lists in pages, as the protocol has them: an opaque cursor says where the next one begins. */
import { ErrorCode, McpError } from "@modelcontextprotocol/sdk/types.js";

/** Everything there is fits in one: some clients never ask for a second page. */
export const PAGE_SIZE = 100;

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | undefined;
}

/**
 * @param cursor of the page before; undefined: the first page
 * @throws McpError InvalidParams for a cursor that this list never gave
 */
export function pageOf<T>(
  items: readonly T[],
  cursor: string | undefined,
  pageSize = PAGE_SIZE,
): Page<T> {
  const start = cursor === undefined ? 0 : readCursor(cursor, items.length, pageSize);
  const end = start + pageSize;
  return {
    items: items.slice(start, end),
    nextCursor: end < items.length ? writeCursor(end) : undefined,
  };
}

function writeCursor(start: number): string {
  return Buffer.from(`from:${start}`).toString("base64url");
}

function readCursor(cursor: string, length: number, pageSize: number): number {
  const text = Buffer.from(cursor, "base64url").toString("utf8");
  const start = Number(/^from:(\d{1,6})$/.exec(text)?.[1] ?? Number.NaN);
  if (!(start > 0 && start < length && start % pageSize === 0)) {
    throw new McpError(ErrorCode.InvalidParams, "this cursor was not given by this list");
  }
  return start;
}
