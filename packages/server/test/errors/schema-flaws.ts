/** Derives from a request's schema what can be wrong with each of its members. */
import type { TSchema } from "typebox";

interface Node {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Node[];
  readonly maxLength?: number;
  readonly minLength?: number;
  readonly maxItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly required?: readonly string[];
  readonly items?: Node;
}

type Json = Readonly<Record<string, unknown>>;

/** A body with one member that does not fit, and the name under which the answer has to give it back. */
export interface Flaw {
  readonly field: string;
  readonly what: string;
  readonly body: string;
}

const WRONG_TYPES: Readonly<Record<string, readonly string[]>> = {
  string: ["7", "true", "null", "{}", '["a"]'],
  integer: ['"2"', "true", "null", "1.5", "1e400", "{}", "[1]"],
  number: ['"2"', "false", "null", "1e400", "{}"],
  boolean: ['"true"', "1", "0", "null", "{}"],
  object: ['"a"', "7", "null", "[]"],
  array: ['"a"', "7", "null", "{}"],
};

const NOT_TEXT: Readonly<Record<string, string>> = {
  "a NUL": '"a\\u0000b"',
  "half of a surrogate pair": '"a\\ud83d"',
  "the other half": '"\\ude00b"',
};

/** Flaws of every member of the schema, each in an otherwise fine body. */
export function flawsOf(schema: TSchema | null, fine: Json): Flaw[] {
  return schema === null ? [] : memberFlaws(schema as Node, fine, []);
}

function memberFlaws(node: Node, fine: Json, path: readonly string[]): Flaw[] {
  const flaws: Flaw[] = [];
  for (const [name, member] of Object.entries(node.properties ?? {})) {
    const at = [...path, name];
    for (const [what, text] of valueFlaws(member)) flaws.push(flaw(fine, at, what, text));
    if (member.type === "object") flaws.push(...memberFlaws(member, fine, at));
    if (member.type === "array") flaws.push(...entryFlaws(member, fine, at));
  }
  for (const name of node.required ?? []) {
    flaws.push(flaw(fine, [...path, name], "missing", undefined));
  }
  return [...flaws, flaw(fine, [...path, "colour"], "unknown", '"red"')];
}

function entryFlaws({ items, maxItems }: Node, fine: Json, path: readonly string[]): Flaw[] {
  if (items === undefined) return [];
  const [, wrong] = valueFlaws(items)[0] ?? [];
  const flaws: Flaw[] = [];
  if (wrong !== undefined) {
    flaws.push({ ...flaw(fine, path, "an entry", `[${wrong}]`), field: [...path, "0"].join(".") });
  }
  if (maxItems !== undefined) {
    const entries = Array.from({ length: maxItems + 1 }, () =>
      items.type === "string" ? '"a"' : "{}",
    );
    flaws.push(flaw(fine, path, "too many", `[${entries.join(",")}]`));
  }
  return flaws;
}

/** What each member can be wrongly, as the text of its value. */
function valueFlaws(node: Node): [what: string, text: string][] {
  const { type } = node;
  const flaws: [string, string][] = [];
  if (node.enum !== undefined || node.anyOf !== undefined) flaws.push(["a choice", '"perhaps"']);
  if (type === undefined) return flaws;
  flaws.push(...(WRONG_TYPES[type] ?? []).map((text): [string, string] => ["a type", text]));
  if (type === "string") flaws.push(...Object.entries(NOT_TEXT));
  if (node.maxLength !== undefined) flaws.push(["too long", `"${"a".repeat(node.maxLength + 1)}"`]);
  if (node.minimum !== undefined) flaws.push(["too small", String(node.minimum - 1)]);
  if (node.maximum !== undefined) flaws.push(["too large", String(node.maximum + 1)]);
  if ((node.minLength ?? 0) > 0) flaws.push(["too short", '""']);
  return flaws;
}

/** The fine body with the text in the place of the member; undefined: without it. */
function flaw(fine: Json, path: readonly string[], what: string, text: string | undefined): Flaw {
  return {
    field: path.join("."),
    what: `${what} ${text?.slice(0, 40) ?? ""}`,
    body: put(fine, path, text),
  };
}

function put(value: unknown, [name, ...rest]: readonly string[], text: string | undefined): string {
  if (name === undefined) return text ?? "null";
  const members = { ...(value as Json | undefined) };
  const inner = rest.length === 0 && text === undefined ? null : put(members[name], rest, text);
  delete members[name];
  const others = Object.entries(members).map(
    ([key, member]) => `${JSON.stringify(key)}:${JSON.stringify(member)}`,
  );
  return `{${[...others, ...(inner === null ? [] : [`${JSON.stringify(name)}:${inner}`])].join(",")}}`;
}
