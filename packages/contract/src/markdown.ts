/** Words and tables that the generated documents share. */
import type { Confidence, Source, SpecialLimit } from "./operation.js";

/** A row of a table; a bar inside a cell would end it. */
export function tableRow(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

/** `6 a day per account` */
export function specialLimitText({ count, window, interval_seconds, scope }: SpecialLimit): string {
  const every = window === "day" ? "a day" : `per ${(interval_seconds ?? 0) / 60} minutes`;
  return `${count} ${every} per ${scope}`;
}

/** `OAD, D26: documented` */
export function evidenceText(fact: {
  readonly source: readonly Source[];
  readonly confidence: Confidence;
}): string {
  return `${fact.source.join(", ")}: ${fact.confidence}`;
}

export function codeList(words: readonly string[]): string {
  return words.map((word) => `\`${word}\``).join(", ");
}
