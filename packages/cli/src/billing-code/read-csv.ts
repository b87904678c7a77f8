/** Billing files in CSV: a line for each plan of an account, the lines of an account one after the other. */
import { findPlan } from "@paymaster/contract";
import { CsvError, parse } from "csv-parse/sync";
import type { Problems, RawAccount, RawPlan } from "./check.js";
import type { Place } from "./desired.js";

const COLUMNS = ["account", "email", "role", "type", "hosts"] as const;
type Column = (typeof COLUMNS)[number];

interface Row {
  readonly fields: readonly string[];
  readonly line: number;
}

/** @returns what could be read; the rest is in `problems` */
export function readCsv(text: string, problems: Problems): readonly RawAccount[] {
  const [header, ...rows] = parseRows(text, problems);
  if (header === undefined) {
    if (problems.found.length === 0)
      problems.add({ line: 1, column: 1 }, "expected a line of names");
    return [];
  }
  const columns = columnsOf(header, problems);
  return columns === undefined ? [] : groupRows(rows, columns, problems);
}

function parseRows(text: string, problems: Problems): readonly Row[] {
  try {
    const parsed: unknown = parse(text, {
      bom: true,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
    });
    const records = parsed as readonly { record: string[]; info: { lines: number } }[];
    return records.map(({ record, info }) => ({ fields: record, line: info.lines }));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const { lines, column } = error as CsvError & { lines?: number; column?: unknown };
    const number = typeof column === "number" ? column + 1 : 1;
    problems.add({ line: lines ?? 1, column: number }, error.message.split(/,? at line/)[0] ?? "");
    return [];
  }
}

function columnsOf(header: Row, problems: Problems): ReadonlyMap<Column, number> | undefined {
  const columns = new Map<Column, number>();
  for (const [index, name] of header.fields.entries()) {
    const column = COLUMNS.find((known) => known === name);
    const place = { line: header.line, column: index + 1 };
    if (column === undefined) {
      problems.add(place, `unknown column ${JSON.stringify(name)}; expected ${COLUMNS.join(", ")}`);
    } else if (columns.has(column)) problems.add(place, `${name} stands here twice`);
    else columns.set(column, index);
  }
  for (const needed of ["type", "hosts"] as const) {
    if (!columns.has(needed)) {
      problems.add({ line: header.line, column: 1 }, `expected a column ${needed}`);
    }
  }
  return problems.found.length === 0 ? columns : undefined;
}

/** An account that is being read. */
interface Draft {
  readonly account: RawAccount;
  readonly addOns: RawPlan[];
  base: RawPlan | null;
  isNone: boolean;
}

function groupRows(
  rows: readonly Row[],
  columns: ReadonlyMap<Column, number>,
  problems: Problems,
): readonly RawAccount[] {
  const drafts = new Map<string, Draft>();
  for (const row of rows) {
    const at = (column: Column): Place => ({
      line: row.line,
      column: (columns.get(column) ?? 0) + 1,
    });
    const field = (column: Column): string | undefined => {
      const index = columns.get(column);
      const text = index === undefined ? "" : (row.fields[index] ?? "");
      return text === "" ? undefined : text;
    };
    if (row.fields.length > columns.size) {
      const column = columns.size + 1;
      problems.add({ line: row.line, column }, `expected ${columns.size} fields`);
      continue;
    }
    const [id, email] = [field("account"), field("email")];
    const place = at(id === undefined && columns.has("email") ? "email" : "account");
    const key = `${id ?? ""} ${(email ?? "").toLowerCase()}`;
    const known = drafts.get(key);
    const draft: Draft = known ?? {
      account: { id, email, base: null, addOns: [], contact: undefined, place },
      addOns: [],
      base: null,
      isNone: false,
    };
    drafts.set(key, draft);
    addRow(draft, field, at, problems);
  }
  return Array.from(drafts.values(), ({ account, base, addOns }) => ({ ...account, base, addOns }));
}

function addRow(
  draft: Draft,
  field: (column: Column) => string | undefined,
  at: (column: Column) => Place,
  problems: Problems,
): void {
  const [type, role] = [field("type"), field("role")];
  if (type === undefined) {
    if (draft.base !== null || draft.addOns.length > 0) {
      problems.add(at("type"), "a line without a type says that the account has no plan");
    }
    draft.isNone = true;
    return;
  }
  if (draft.isNone) {
    problems.add(at("type"), "an earlier line says that this account has no plan");
    return;
  }
  if (role !== undefined && role !== "base" && role !== "add-on") {
    problems.add(at("role"), `role: expected base or add-on, got ${JSON.stringify(role)}`);
    return;
  }
  const hosts = field("hosts");
  const plan: RawPlan = {
    type,
    typePlace: at("type"),
    hosts: hosts !== undefined && /^\d+$/.test(hosts) ? Number(hosts) : hosts,
    hostsPlace: at("hosts"),
    options: {},
  };
  const isBase = (role ?? usualRole(type)) === "base";
  if (!isBase) draft.addOns.push(plan);
  else if (draft.base === null) draft.base = plan;
  else problems.add(at("type"), `an account has one base plan; ${String(draft.base.type)} is it`);
}

function usualRole(type: string): "base" | "add-on" {
  return findPlan(type)?.families[0] === "plan_base" ? "base" : "add-on";
}
