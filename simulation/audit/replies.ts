/** Replies of the server against those that the model expects. */
import type { Reply } from "../model/reply.js";
import type { Answer } from "../server/http.js";
import { differences } from "./violation.js";

/** How a reply differs from its prediction. */
export function replyDifferences(expected: Reply, actual: Answer): string[] {
  const body = expected.body;
  const status = differences({ status: expected.status }, { status: actual.status });
  if (body === undefined) return status;
  return [...status, ...differences(body, likePredicted(expected, actual.body))];
}

/** The answer without top-level members that are not predicted, lines in the order of the prediction. */
function likePredicted({ body: expected, partial }: Reply, actual: unknown): unknown {
  if (!isObject(expected) || !isObject(actual)) return actual;
  const shown =
    partial === true
      ? Object.fromEntries(Object.entries(actual).filter(([name]) => name in expected))
      : { ...actual };
  // No rule orders the lines of an invoice or of a preview.
  for (const name of ["invoice_items", "lines"]) {
    if (Array.isArray(expected[name]) && Array.isArray(shown[name])) {
      shown[name] = inOrderOf(expected[name], shown[name]);
    }
  }
  return shown;
}

function inOrderOf(expected: readonly unknown[], actual: readonly unknown[]): unknown[] {
  const names = isObject(expected[0]) ? Object.keys(expected[0]) : [];
  const left = actual.map((line) =>
    isObject(line)
      ? Object.fromEntries(Object.entries(line).filter(([name]) => names.includes(name)))
      : line,
  );
  const ordered: unknown[] = [];
  for (const line of expected) {
    const index = left.findIndex((one) => differences(line, one).length === 0);
    ordered.push(...left.splice(Math.max(index, 0), 1));
  }
  return [...ordered, ...left];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
