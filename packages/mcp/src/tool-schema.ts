/** JSON Schemas of a tool, derived from its operation. */
import type { Operation, WireProfile } from "@paymaster/contract";

export type JsonSchema = Readonly<Record<string, unknown>>;
export interface ObjectSchema extends JsonSchema {
  readonly type: "object";
  readonly properties: Readonly<Record<string, JsonSchema>>;
  readonly required?: string[];
}

/** Argument of a writing tool that carries the token of the first step. */
export const CONFIRMATION_ARGUMENT = "confirmation";

/**
 * Path and query parameters lie side by side, the request body under `body`, as in the client.
 * A writing tool takes `confirmation` besides.
 */
export function inputSchema(operation: Operation, profile: WireProfile): ObjectSchema {
  const params = asObject(operation.params);
  const query = asObject(operation.query);
  const body = operation.body[profile];
  const properties: Record<string, JsonSchema> = { ...params.properties, ...query.properties };
  const required = [...params.required, ...query.required];
  if (body !== null) {
    properties.body = plain(body);
    if (operation.bodyRequired === true) required.push("body");
  }
  if (operation.effect !== "read") {
    properties[CONFIRMATION_ARGUMENT] = {
      type: "string",
      description:
        "The confirmation from the first call of this tool with the same arguments. Leave it out " +
        "at first: the answer then shows what would change and what it costs, and changes nothing.",
    };
  }
  return { type: "object", properties, required, additionalProperties: false };
}

/**
 * What a reading tool's structured content looks like. Names, types and descriptions are kept;
 * what would let a client refuse a slightly different answer (required members, value lists,
 * formats, closed objects) is not, since the sources of the contract disagree among themselves.
 */
export function outputSchema(operation: Operation, profile: WireProfile): ObjectSchema {
  if (operation.response.contentType !== undefined) {
    return {
      type: "object",
      properties: {
        filename: { type: "string" },
        content_type: { type: "string" },
        size_bytes: { type: "integer" },
      },
      required: ["filename", "content_type", "size_bytes"],
    };
  }
  const body = operation.response.body[profile];
  const relaxed = body === null ? {} : relaxObject(plain(body));
  return { ...relaxed, type: "object", properties: asObject(relaxed).properties };
}

function asObject(schema: unknown): {
  properties: Readonly<Record<string, JsonSchema>>;
  required: readonly string[];
} {
  const { properties, required } = (schema ?? {}) as Partial<ObjectSchema>;
  return {
    properties: properties === undefined ? {} : mapValues(properties, plain),
    required: required ?? [],
  };
}

function mapValues<A, B>(
  record: Readonly<Record<string, A>>,
  convert: (value: A) => B,
): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, convert(value)]));
}

/** TypeBox keeps its own marks on schemas; only what JSON carries goes over the wire. */
export function plain(schema: unknown): JsonSchema {
  return JSON.parse(JSON.stringify(schema)) as JsonSchema;
}

/**
 * The schema without what would refuse a slightly different value: value lists become their types, and
 * some sources show one plan where others show a list of plans. One type a schema, since not every
 * client takes a list of types.
 */
export function relax(schema: JsonSchema): JsonSchema {
  const { title, description, anyOf } = schema;
  const words = {
    ...(title === undefined ? {} : { title }),
    ...(description === undefined ? {} : { description }),
  };
  if (Array.isArray(anyOf)) return { ...words, ...unionOf((anyOf as JsonSchema[]).map(relax)) };
  if (schema.type === "object") {
    return { ...words, anyOf: [relaxObject(schema), { type: "array", items: { type: "object" } }] };
  }
  if (schema.type === "array") {
    const items = schema.items === undefined ? {} : { items: relaxItem(schema.items) };
    return { ...words, anyOf: [{ type: "array", ...items }, { type: "object" }] };
  }
  return { ...words, ...typeOf(schema) };
}

/** An object that stays one: the answer itself, or an entry of a list. */
export function relaxObject(schema: JsonSchema): JsonSchema {
  const { properties } = schema as Partial<ObjectSchema>;
  return {
    type: "object",
    ...(properties === undefined ? {} : { properties: mapValues(properties, relax) }),
  };
}

function relaxItem(item: unknown): JsonSchema {
  const schema = item as JsonSchema;
  return schema.type === "object" ? relaxObject(schema) : relax(schema);
}

/** Branches that have become the same are one. */
function unionOf(branches: readonly JsonSchema[]): JsonSchema {
  const byText = new Map(branches.map((branch) => [JSON.stringify(branch), branch]));
  const [only, ...others] = byText.values();
  return others.length === 0 ? (only ?? {}) : { anyOf: Array.from(byText.values()) };
}

/** Counts may come with a fraction. */
function typeOf({ type, const: constant, enum: values }: JsonSchema): JsonSchema {
  const [value] = Array.isArray(values) ? (values as unknown[]) : [constant];
  const given = type ?? (value === undefined ? undefined : typeof value);
  if (given === undefined) return {};
  return { type: given === "integer" ? "number" : given };
}
