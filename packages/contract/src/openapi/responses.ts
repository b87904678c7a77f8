/** The responses of an operation: what shares a status is one response. */
import { commonErrors } from "../errors/common.js";
import type { Operation, WireError, WireProfile } from "../operation.js";
import { previewExample } from "../schemas/preview.js";
import { type Json, schemaOf } from "./json.js";

interface Group {
  readonly schemas: Json[];
  readonly descriptions: string[];
  readonly examples: { [name: string]: Json };
  readonly errors: Json[];
}

/** What shares a status is one response: success, preview and errors side by side. */
export function responsesOf(operation: Operation, profile: WireProfile): Json {
  const groups = new Map<number, Group>();
  const groupOf = (status: number): Group => {
    const found = groups.get(status) ?? { schemas: [], descriptions: [], examples: {}, errors: [] };
    groups.set(status, found);
    return found;
  };
  const success = operation.response.status[profile];
  const body = operation.response.body[profile];
  groupOf(success).descriptions.push(operation.response.description);
  if (body !== null) groupOf(success).schemas.push(schemaOf(body));
  if (operation.effect !== "read") {
    groupOf(200).descriptions.push("With `Prefer: preview`: what the change would do.");
    groupOf(200).schemas.push({ $ref: "#/components/schemas/Preview" });
    groupOf(200).examples["A preview"] = { value: previewExample };
  }
  for (const [name, error] of allErrors(operation))
    addError(groupOf(error.status[profile]), name, error, profile);
  for (const example of operation.examples.responses) {
    const group = groups.get(example.status);
    if (group !== undefined && example.body !== null) {
      group.examples[example.name] = { value: example.body };
    }
  }
  const responses: Json = {};
  for (const status of [...groups.keys()].sort((a, b) => a - b)) {
    responses[String(status)] = responseObject(operation, status, groupOf(status), success);
  }
  return responses;
}

/** Errors of the operation itself, and those that it can have like any other. */
function allErrors(operation: Operation): [name: string, error: WireError][] {
  const common = Object.entries(commonErrors as Readonly<Record<string, WireError>>).filter(
    ([name]) =>
      (operation.effect !== "read" || !name.startsWith("idempotency")) && name !== "noRoute",
  );
  return [...Object.entries(operation.errors), ...common];
}

function addError(group: Group, name: string, error: WireError, profile: WireProfile): void {
  const message = profile === "2026" ? (error.message2026 ?? error.message) : error.message;
  group.errors.push({
    name,
    code: error.code,
    message,
    "x-source": error.source,
    "x-confidence": error.confidence,
    ...(error.unreachable === undefined ? {} : { "x-unreachable": error.unreachable }),
    ...(error.reachableIn === undefined ? {} : { "x-reachable-in": error.reachableIn }),
  });
  group.descriptions.push(`${error.code}: ${message}`);
}

function responseObject(operation: Operation, status: number, group: Group, success: number): Json {
  const schemas = [...group.schemas];
  if (group.errors.length > 0) schemas.push(errorSchema(group.errors));
  const isFile = status === success && operation.response.contentType !== undefined;
  const json = schemas.length === 0 ? {} : { "application/json": jsonContent(schemas, group) };
  const file = isFile
    ? { [operation.response.contentType ?? ""]: { schema: { type: "string", format: "binary" } } }
    : {};
  const content = { ...file, ...json };
  return {
    description: [...new Set(group.descriptions)].join("\n\n"),
    headers: {
      "x-zm-trackingid": { $ref: "#/components/headers/TrackingId" },
      ...([409, 429, 503].includes(status)
        ? { "Retry-After": { $ref: "#/components/headers/RetryAfter" } }
        : {}),
    },
    ...(Object.keys(content).length === 0 ? {} : { content }),
    ...(group.errors.length === 0 ? {} : { "x-errors": group.errors }),
  };
}

function jsonContent(schemas: readonly Json[], group: Group): Json {
  const schema = schemas.length === 1 ? schemas[0] : { anyOf: schemas };
  const hasExamples = Object.keys(group.examples).length > 0;
  return { schema, ...(hasExamples ? { examples: group.examples } : {}) };
}

/** The envelope with just the codes that are documented under this status. */
function errorSchema(errors: readonly Json[]): Json {
  const codes = [...new Set(errors.map((error) => error.code as number))].sort((a, b) => a - b);
  return {
    allOf: [
      { $ref: "#/components/schemas/Error" },
      { type: "object", properties: { code: { enum: codes } } },
    ],
  };
}
