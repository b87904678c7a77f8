/**
 * `multipart/form-data` bodies, which the 2021 generation accepts beside JSON [OAD]. Each part is a member
 * of the body: its name may be a path (`contact.city`, `contact[city]`, `plan_webinar[0][type]`), its text
 * is read as the JSON schema of that member asks, since a form has only text.
 */
import type { TSchema } from "typebox";

const MAX_DEPTH = 5;
const MAX_INDEX = 50;
const FORBIDDEN = new Set(["__proto__", "constructor", "prototype"]);

interface SchemaNode {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
}

export type FormField = readonly [name: string, text: string];

/** Returns the body, or the name of the first field that has no place in it. */
export function bodyFromForm(
  fields: readonly FormField[],
  schema: TSchema,
): { body: Record<string, unknown> } | { badField: string } {
  const body: Record<string, unknown> = {};
  for (const [name, text] of fields) {
    const path = name
      .split(/[.[\]]/)
      .filter((part) => part !== "")
      .map((part) => (/^\d{1,3}$/.test(part) ? Number(part) : part));
    const first = path[0];
    if (
      typeof first !== "string" ||
      path.length > MAX_DEPTH ||
      path.some((part) => (typeof part === "number" ? part > MAX_INDEX : FORBIDDEN.has(part)))
    ) {
      return { badField: name };
    }
    if (!place(body, path, text, schema as SchemaNode)) return { badField: name };
  }
  return { body };
}

function place(
  body: Record<string, unknown>,
  path: readonly (string | number)[],
  text: string,
  schema: SchemaNode,
): boolean {
  let holder: Record<string | number, unknown> = body;
  let node: SchemaNode | undefined = schema;
  for (const [depth, part] of path.entries()) {
    node = typeof part === "number" ? node?.items : memberOf(node, part);
    if (depth === path.length - 1) {
      holder[part] = readText(text, node);
      return true;
    }
    const next = path[depth + 1];
    const present = Object.hasOwn(holder, part) ? holder[part] : undefined;
    const value = present ?? (typeof next === "number" ? [] : {});
    if (typeof value !== "object" || value === null) return false;
    holder[part] = value;
    holder = value as Record<string | number, unknown>;
  }
  return true;
}

function memberOf(node: SchemaNode | undefined, name: string): SchemaNode | undefined {
  if (node === undefined) return undefined;
  if (node.properties !== undefined && Object.hasOwn(node.properties, name)) {
    return node.properties[name];
  }
  for (const option of node.anyOf ?? []) {
    const found = memberOf(option, name);
    if (found !== undefined) return found;
  }
  return undefined;
}

function readText(text: string, node: SchemaNode | undefined): unknown {
  const type = node?.type;
  if (type === "string") return text;
  if (type === "integer" || type === "number") {
    return /^-?\d{1,15}(\.\d{1,6})?$/.test(text) ? Number(text) : text;
  }
  if (type === "boolean") return text === "true" ? true : text === "false" ? false : text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
