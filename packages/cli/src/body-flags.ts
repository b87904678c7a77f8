/**
 * Flags for the members of a request body, derived from its schema: `--type business_monthly`,
 * `--plan_base.hosts 10`. Lists have no flags: they come with `--data`.
 */
import { UsageError } from "./exit-codes.js";

type FlagType = "string" | "integer" | "number" | "boolean";
type Schema = Readonly<Record<string, unknown>>;

export interface BodyFlag {
  /** With dots for nested members, e.g. `plan_base.hosts`. */
  readonly name: string;
  readonly type: FlagType;
  readonly description: string;
}

const MAX_DEPTH = 3;

/** @returns flags in the schema's order, each name once; alternatives (oneOf) are merged */
export function bodyFlags(schema: unknown): readonly BodyFlag[] {
  const flags = new Map<string, BodyFlag>();
  collect(schema as Schema | null, "", 0, flags);
  return [...flags.values()];
}

function collect(
  schema: Schema | null,
  prefix: string,
  depth: number,
  flags: Map<string, BodyFlag>,
): void {
  if (schema === null || typeof schema !== "object" || depth > MAX_DEPTH) return;
  for (const keyword of ["anyOf", "oneOf", "allOf"]) {
    const alternatives = schema[keyword];
    if (!Array.isArray(alternatives)) continue;
    for (const alternative of alternatives) collect(alternative, prefix, depth, flags);
  }
  const properties = (schema.properties ?? {}) as Readonly<Record<string, Schema>>;
  for (const [name, property] of Object.entries(properties)) {
    const path = prefix === "" ? name : `${prefix}.${name}`;
    const type = flagType(property);
    if (type === undefined) collect(property, path, depth + 1, flags);
    else if (!flags.has(path)) {
      const description = typeof property.description === "string" ? property.description : "";
      flags.set(path, { name: path, type, description });
    }
  }
}

function flagType({ type, enum: values, const: constant, anyOf }: Schema): FlagType | undefined {
  if (type === "string" || type === "integer" || type === "number" || type === "boolean") {
    return type;
  }
  const sample = constant ?? (Array.isArray(values) ? values[0] : undefined);
  if (sample !== undefined) return typeof sample === "number" ? "number" : "string";
  if (!Array.isArray(anyOf)) return undefined;
  const types = new Set(anyOf.map((alternative: Schema) => flagType(alternative)));
  return types.size === 1 ? [...types][0] : undefined;
}

/**
 * @param given the text of a flag; undefined: it was not given
 * @returns the body with nested members
 * @throws UsageError for a value that its type cannot hold
 */
export function bodyFromFlags(
  flags: readonly BodyFlag[],
  given: (name: string) => string | undefined,
): Record<string, unknown> | undefined {
  let body: Record<string, unknown> | undefined;
  for (const flag of flags) {
    const text = given(flag.name);
    if (text === undefined) continue;
    body ??= {};
    setMember(body, flag.name.split("."), convert(flag, text));
  }
  return body;
}

function setMember(target: Record<string, unknown>, path: readonly string[], value: unknown) {
  const [first = "", ...rest] = path;
  if (rest.length === 0) {
    target[first] = value;
    return;
  }
  const child = (target[first] ?? {}) as Record<string, unknown>;
  target[first] = child;
  setMember(child, rest, value);
}

function convert(flag: BodyFlag, text: string): unknown {
  if (flag.type === "string") return text;
  if (flag.type === "boolean") {
    if (text === "true" || text === "false") return text === "true";
    throw new UsageError(`--${flag.name}: expected true or false, got ${JSON.stringify(text)}`);
  }
  const number = Number(text);
  const fits = flag.type === "integer" ? Number.isSafeInteger(number) : Number.isFinite(number);
  if (text.trim() !== "" && fits) return number;
  const expected = flag.type === "integer" ? "a whole number" : "a number";
  throw new UsageError(`--${flag.name}: expected ${expected}, got ${JSON.stringify(text)}`);
}
