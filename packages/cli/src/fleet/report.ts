/** `paymaster fleet report`. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type PriceBook, parsePriceBook } from "@paymaster/contract";
import {
  asText,
  type Cell,
  type Column,
  lastSync,
  REPORT_NAMES,
  type Report,
  type ReportName,
  runReport,
  type Store,
  storeNowMs,
  toCsv,
  toJson,
  toParquet,
  toXlsx,
} from "@paymaster/fleet";
import type { CommandContext, CommandLine, FlagValues } from "../command.js";
import { EXIT, UsageError } from "../exit-codes.js";
import type { Output } from "../output.js";
import { renderTable } from "../table.js";
import { dateOf, oneOf, orUsage, storeOf } from "./options.js";
import { count, counted, instant, span } from "./words.js";

const FORMATS = ["table", "csv", "parquet", "xlsx", "json"] as const;
type Format = (typeof FORMATS)[number];
const DEFAULT_ROWS = 20;

export async function runReports(line: CommandLine, { output }: CommandContext): Promise<number> {
  const { flags } = line;
  const names = namesOf(line.arguments[0]);
  const fallback = flags.has("json") ? "json" : "table";
  const format = oneOf(flags.text("format") ?? fallback, "format", FORMATS);
  const day = dateOf(flags, "day");
  const book = priceBookOf(flags);
  const store = storeOf(flags, { create: false });
  try {
    const reports = orUsage(() => names.map((name) => runReport(name, { store, book, day })));
    const rows = flags.positive("rows") ?? DEFAULT_ROWS;
    if (format === "table") output.print(reports.map((report) => asTable(report, rows)).join("\n"));
    else await write(reports, format, flags.text("output"), output);
    if (format !== "json") for (const text of agesOf(reports, store)) output.say(text);
    return EXIT.done;
  } finally {
    store.close();
  }
}

function namesOf(name: string | undefined): readonly ReportName[] {
  if (name === undefined) return REPORT_NAMES;
  const found = REPORT_NAMES.find((one) => one === name);
  if (found !== undefined) return [found];
  throw new UsageError(`expected a report, one of ${REPORT_NAMES.join(", ")}, got ${name}`);
}

/** @throws UsageError with all that is wrong with the file */
function priceBookOf(flags: FlagValues): PriceBook | undefined {
  const file = flags.text("price-book");
  if (file === undefined) return undefined;
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new UsageError(`--price-book: ${error instanceof Error ? error.message : String(error)}`);
  }
  const parsed = parsePriceBook(json);
  if ("book" in parsed) return parsed.book;
  throw new UsageError(`--price-book ${file}:\n  ${parsed.problems.join("\n  ")}`);
}

function asTable(report: Report, limit: number): string {
  const { title, day, currency, totals, summary, columns, rows, notes } = report;
  const unit = currency === "" ? "" : `, amounts in ${currency}`;
  const shown = Object.entries(totals).map(([name, value]) => `${name} ${forPeople(value)}`);
  const parts = [`${title} on ${day}${unit}\n${shown.join(", ")}\n`];
  parts.push(renderTable(cut(summary.columns, summary.rows, limit)));
  if (summary.rows !== rows) {
    const first = rows.length > limit ? `the first ${limit} of ${count(rows.length)}` : "all";
    parts.push(`By account, ${first}\n${renderTable(cut(columns, rows, limit))}`);
  } else if (rows.length > limit) parts.push(`The first ${limit} of ${count(rows.length)}.\n`);
  parts.push(notes.map((note) => `${note}\n`).join(""));
  return parts.join("\n");
}

function forPeople(value: Cell): string {
  return typeof value === "number" ? count(value) : String(value);
}

function cut(columns: readonly Column[], rows: readonly (readonly Cell[])[], limit: number) {
  return rows.slice(0, limit).map((row) =>
    Object.fromEntries(
      columns.map(({ name, type }, index) => {
        const cell = row[index] ?? null;
        return [
          name,
          type === "amount" && cell !== null ? asText(cell, type) : (cell ?? undefined),
        ];
      }),
    ),
  );
}

async function write(
  reports: readonly Report[],
  format: Exclude<Format, "table">,
  target: string | undefined,
  output: Output,
): Promise<void> {
  const [first] = reports;
  if (first === undefined) return;
  const isOne = reports.length === 1;
  if (format === "json") {
    const all = isOne ? toJson(first) : reports.map(toJson);
    if (target === undefined) output.printJson(all);
    else save(target, `${JSON.stringify(all, null, 2)}\n`, output);
  } else if (format === "xlsx") {
    save(needed(target, "a file"), await toXlsx(reports), output);
  } else if (format === "csv" && isOne && target === undefined) output.print(toCsv(first));
  else {
    const place = needed(target, isOne ? "a file" : "a folder");
    if (!isOne) mkdirSync(place, { recursive: true });
    for (const report of reports) {
      const file = isOne ? place : join(place, `${report.name}.${format}`);
      save(file, format === "csv" ? toCsv(report) : toParquet(report), output);
    }
  }
}

function needed(target: string | undefined, what: string): string {
  if (target !== undefined) return target;
  throw new UsageError(`--output: name ${what} for this format`);
}

/** Whole or not at all: somebody may read the file of yesterday right now. */
function save(file: string, content: string | Uint8Array, output: Output): void {
  const part = `${file}.part`;
  try {
    writeFileSync(part, content);
    renameSync(part, file);
  } catch (error) {
    throw new UsageError(`--output: ${error instanceof Error ? error.message : String(error)}`);
  }
  output.say(`Wrote ${file}.`);
}

/** How old the data is, and what is missing from it. */
function agesOf(reports: readonly Report[], store: Store): string[] {
  const nowMs = storeNowMs(store);
  const age = (iso: string) => `${span(nowMs - Date.parse(iso))} ago`;
  const lines = reports.map(({ name, coverage }) => {
    const {
      accounts,
      accounts_read,
      accounts_missing,
      oldest_read_at: oldest,
      newest_read_at: newest,
    } = coverage;
    if (oldest === null || newest === null) return `${name}: nothing was read yet.`;
    const missing =
      accounts_missing === 0 ? "" : ` ${counted(accounts_missing, "account")} never read.`;
    return `${name}: read of ${count(accounts_read)} of ${counted(accounts, "account")}, the oldest ${age(oldest)}, the newest ${age(newest)}.${missing}`;
  });
  const last = lastSync(store.database);
  if (last === undefined || last.outcome === "done") return lines;
  const what = last.outcome === null ? "is running or was killed" : `ended ${last.outcome}`;
  return [
    ...lines,
    `The last sync, begun ${instant(last.startedAt)}, ${what}: paymaster fleet sync`,
  ];
}
