/** The OpenAPI 3.1 document of a profile, derived from the operations; written by `npm run generate`. */
import type { TSchema } from "typebox";
import { commonErrors } from "../errors/common.js";
import { tokenErrors } from "../errors/token.js";
import type { Operation, WireError, WireProfile } from "../operation.js";
import { operationList } from "../operations/index.js";
import { previewBody } from "../schemas/preview.js";

type Json = { [member: string]: unknown };

export interface OpenApiDocument extends Json {
  readonly openapi: "3.1.1";
  readonly paths: { readonly [path: string]: Json };
}

/** Where a local server listens by default; clients set their own. */
const DEFAULT_ORIGIN = "http://127.0.0.1:8080";

export function buildOpenApi(profile: WireProfile): OpenApiDocument {
  const paths: { [path: string]: Json } = {};
  for (const operation of operationList) {
    const path = paths[operation.path] ?? {};
    path[operation.method.toLowerCase()] = operationObject(operation, profile);
    paths[operation.path] = path;
  }
  paths["/oauth/token"] = tokenPath();
  return {
    openapi: "3.1.1",
    info: {
      title: "Paymaster: account Billing API",
      version: `2.0.0-profile.${profile}`,
      summary: "Billing of master accounts that pay for their sub accounts.",
      description: [
        "The wire of the account Billing API (v2) as its public specifications describe it, in the",
        `generation of ${profile}. Nothing here was verified against the live service: every operation`,
        "and error says where its facts come from (`x-source`) and how sure they are (`x-confidence`).",
      ].join(" "),
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: `${DEFAULT_ORIGIN}/v2`, description: "A server on this machine" }],
    security: [{ bearer: [] }],
    tags: [
      { name: "billing", description: "Plans, usage, billing information and invoices." },
      { name: "accounts", description: "Sub accounts of a master." },
      { name: "oauth", description: "Access tokens." },
    ],
    paths,
    components: {
      securitySchemes: {
        basic: { type: "http", scheme: "basic", description: "Client id and client secret." },
        bearer: {
          type: "http",
          scheme: "bearer",
          description: "An access token of `POST /oauth/token`, or an API key.",
        },
        oauth2: {
          type: "oauth2",
          flows: {
            clientCredentials: { tokenUrl: `${DEFAULT_ORIGIN}/oauth/token`, scopes: scopeTable() },
          },
        },
      },
      schemas: { Error: ERROR_SCHEMA, Preview: schemaOf(previewBody) },
      headers: HEADERS,
    },
  };
}

const ERROR_SCHEMA: Json = {
  type: "object",
  required: ["code", "message"],
  properties: {
    code: { type: "integer" },
    message: { type: "string" },
    errors: {
      type: "array",
      description: "What is wrong with which field.",
      items: {
        type: "object",
        required: ["field", "message"],
        properties: { field: { type: "string" }, message: { type: "string" } },
      },
    },
  },
};

const HEADERS: Json = {
  TrackingId: {
    description: "Names the request in the server's log.",
    schema: { type: "string" },
  },
  RetryAfter: {
    description: "When to try again: an instant, or seconds after a 409 or 503.",
    schema: { type: "string" },
  },
};

function operationObject(operation: Operation, profile: WireProfile): Json {
  const body = operation.body[profile];
  const writes = operation.effect !== "read";
  return {
    operationId: profile === "2026" ? operation.id2026 : operation.id,
    summary: operation.title,
    description: operation.description,
    tags: [operation.group],
    security: [{ bearer: [] }, { oauth2: [...operation.scopes.classic] }],
    parameters: [
      ...parametersOf(operation.params, "path"),
      ...(operation.query === null ? [] : parametersOf(operation.query, "query")),
      ...(writes ? WRITE_HEADERS : []),
    ],
    ...(body === null ? {} : { requestBody: requestBody(operation, body) }),
    responses: responsesOf(operation, profile),
    "x-tool-name": operation.tool,
    "x-scopes": operation.scopes,
    "x-rate-limit-label": operation.label[profile],
    "x-special-limits": operation.specialLimits[profile],
    ...(operation.aliases === undefined ? {} : { "x-also-served-at": operation.aliases }),
  };
}

const WRITE_HEADERS: readonly Json[] = [
  {
    name: "Idempotency-Key",
    in: "header",
    description: "The same key and the same request within 24 hours get the first answer again.",
    schema: { type: "string", minLength: 1, maxLength: 255 },
  },
  {
    name: "Prefer",
    in: "header",
    description: "`preview`: answers what the change would do and cost, and changes nothing.",
    schema: { type: "string" },
  },
];

function parametersOf(schema: TSchema, place: "path" | "query"): Json[] {
  const { properties = {}, required = [] } = schemaOf(schema) as {
    properties?: { [name: string]: Json };
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...member }]) => ({
    name,
    in: place,
    required: place === "path" || required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema: member,
  }));
}

function requestBody(operation: Operation, body: TSchema): Json {
  const schema = schemaOf(body);
  const { request } = operation.examples;
  return {
    required: operation.bodyRequired ?? true,
    content: {
      "application/json": { schema, ...(request === undefined ? {} : { example: request }) },
      "multipart/form-data": { schema },
    },
  };
}

interface Group {
  readonly schemas: Json[];
  readonly descriptions: string[];
  readonly examples: { [name: string]: Json };
  readonly errors: Json[];
}

/** What shares a status is one response: success, preview and errors side by side. */
function responsesOf(operation: Operation, profile: WireProfile): Json {
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
  }
  for (const [name, error] of allErrors(operation))
    addError(groupOf(error.status[profile]), name, error, profile);
  for (const [index, example] of operation.examples.responses.entries()) {
    const group = groups.get(example.status);
    if (group !== undefined && example.body !== null) {
      group.examples[`example_${index + 1}`] = { summary: example.name, value: example.body };
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

function tokenPath(): Json {
  const errors = Object.values(tokenErrors);
  return {
    servers: [{ url: DEFAULT_ORIGIN }],
    post: {
      operationId: "createToken",
      summary: "Get an access token",
      description:
        "Server-to-server: `account_credentials` with the account's id, or `client_credentials`.",
      tags: ["oauth"],
      security: [{ basic: [] }],
      requestBody: {
        required: true,
        content: {
          "application/x-www-form-urlencoded": {
            schema: {
              type: "object",
              required: ["grant_type"],
              properties: {
                grant_type: { enum: ["account_credentials", "client_credentials"] },
                account_id: { type: "string" },
              },
            },
          },
        },
      },
      responses: {
        "200": {
          description: "A token that lives for an hour.",
          content: {
            "application/json": {
              schema: {
                type: "object",
                required: ["access_token", "token_type", "expires_in", "scope"],
                properties: {
                  access_token: { type: "string" },
                  token_type: { const: "bearer" },
                  expires_in: { type: "integer" },
                  scope: { type: "string" },
                  api_url: { type: "string" },
                },
              },
            },
          },
        },
        "400": {
          description: errors.map(({ reason, error }) => `${error}: ${reason}`).join("\n\n"),
          content: {
            "application/json": {
              schema: {
                type: "object",
                required: ["reason", "error"],
                properties: { reason: { type: "string" }, error: { type: "string" } },
              },
            },
          },
        },
      },
    },
  };
}

function scopeTable(): Json {
  const table: Json = {};
  for (const { scopes, title } of operationList) {
    for (const scope of [
      ...scopes.classic,
      ...(scopes.classicForOwnAccount ?? []),
      ...scopes.granular,
      ...(scopes.granularForOwnAccount ?? []),
    ]) {
      table[scope] = table[scope] === undefined ? title : `${String(table[scope])}; ${title}`;
    }
  }
  return table;
}

/** A schema as plain JSON, without what only the library needs. */
function schemaOf(schema: TSchema): Json {
  return JSON.parse(JSON.stringify(schema)) as Json;
}
