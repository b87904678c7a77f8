/**
 * Text that the database cannot keep: PostgreSQL's `text` and `jsonb` have no NUL, and half of a surrogate
 * pair is no character. A request that brings such text is refused before anybody looks at it, and so is
 * one that is nested deeper than anything that is documented.
 */
import type { FieldError } from "./wire-fault.js";

const MAX_DEPTH = 32;
const MAX_FIELD_LENGTH = 200;
/** Ids given out here have at most 32 characters. */
const MAX_ID_LENGTH = 200;

/** Whether the text has a NUL or half of a surrogate pair. */
export function isUnstorable(text: string): boolean {
  return text.includes("\0") || /\p{Surrogate}/u.test(text);
}

/** What of a parsed body or query cannot be kept: the first of it, or nothing. */
export function unstorable(value: unknown): readonly FieldError[] {
  const waiting: { value: unknown; path: string; depth: number }[] = [
    { value, path: "", depth: 0 },
  ];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { path, depth } = next;
    if (typeof next.value === "string" && isUnstorable(next.value)) {
      return [problem(path, "Must be text without NUL and without halves of surrogate pairs.")];
    }
    if (typeof next.value !== "object" || next.value === null) continue;
    if (depth === MAX_DEPTH) return [problem(path, `Must not be nested deeper than ${MAX_DEPTH}.`)];
    for (const [name, member] of Object.entries(next.value)) {
      if (isUnstorable(name)) return [problem(path, "The name of a member must be plain text.")];
      const inner = path === "" ? name : `${path}.${name}`;
      waiting.push({ value: member, path: inner.slice(0, MAX_FIELD_LENGTH), depth: depth + 1 });
    }
  }
  return [];
}

function problem(path: string, message: string): FieldError {
  return { field: path === "" ? "body" : path, message };
}

/**
 * An id as the caller wrote it, fit for a question to the database and for a message. What is replaced or
 * cut off was no id of ours before, and is none afterwards.
 */
export function plainId(written: string): string {
  return written.slice(0, MAX_ID_LENGTH).replace(/\0|\p{Surrogate}/gu, "\uFFFD");
}

/** The parameters of a path. */
export function plainParams(params: unknown): Record<string, string> {
  return Object.fromEntries(
    Object.entries(params as Record<string, string>).map(([name, id]) => [name, plainId(id)]),
  );
}
