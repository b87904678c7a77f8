/** The OpenAPI 3.1 document of a profile, derived from the operations; written by `npm run generate`. */
import type { TSchema } from "typebox";
import { codeSamplesOf } from "../code-samples/build.js";
import type { Operation, WireProfile } from "../operation.js";
import { operationList } from "../operations/index.js";
import { previewBody } from "../schemas/preview.js";
import { type Json, schemaOf } from "./json.js";
import { introduction, operationNotes } from "./notes.js";
import { responsesOf } from "./responses.js";
import { tokenPath } from "./token-path.js";
import { documentVersion } from "./version.js";

export interface OpenApiDocument extends Json {
  readonly openapi: "3.1.1";
  readonly paths: { readonly [path: string]: Json };
}

/** Where a local server listens by default; clients set their own. */
const DEFAULT_ORIGIN = "http://127.0.0.1:8080";

/** @param origin of the server; empty: that from which the document was fetched */
export function buildOpenApi(profile: WireProfile, origin = DEFAULT_ORIGIN): OpenApiDocument {
  const paths: { [path: string]: Json } = {};
  for (const operation of operationList) {
    const path = paths[operation.path] ?? {};
    path[operation.method.toLowerCase()] = operationObject(operation, profile);
    paths[operation.path] = path;
  }
  paths["/oauth/token"] = tokenPath(origin);
  return {
    openapi: "3.1.1",
    info: {
      title: "Paymaster: account Billing API",
      version: documentVersion(profile),
      summary: "Billing of master accounts that pay for their sub accounts.",
      description: introduction(profile),
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: `${origin}/v2` }],
    security: [{ bearer: [] }, { oauth2: [] }],
    tags: [
      tag("billing", "Billing", "Plans, usage, billing information and invoices."),
      tag("accounts", "Accounts", "Sub accounts of a master."),
      tag("oauth", "Access tokens", "Tokens for the operations above."),
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
            clientCredentials: { tokenUrl: `${origin}/oauth/token`, scopes: scopeTable() },
          },
        },
      },
      schemas: { Error: ERROR_SCHEMA, Preview: schemaOf(previewBody) },
      headers: HEADERS,
    },
  };
}

/** `x-displayName` is what viewers show instead of the name. */
function tag(name: string, title: string, description: string): Json {
  return { name, description, "x-displayName": title };
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
    description: operationNotes(operation, profile),
    tags: [operation.group],
    security: [{ bearer: [] }, { oauth2: [...operation.scopes.classic] }],
    parameters: [
      ...parametersOf(operation.params, "path").map((parameter) =>
        parameter.name === "accountId" && operation.acceptsMe
          ? { ...parameter, example: "me" }
          : parameter,
      ),
      ...(operation.query === null ? [] : parametersOf(operation.query, "query")),
      ...(writes ? WRITE_HEADERS : []),
    ],
    ...(body === null ? {} : { requestBody: requestBody(operation, body) }),
    responses: responsesOf(operation, profile),
    "x-tool-name": operation.tool,
    "x-source": operation.source,
    "x-confidence": operation.confidence,
    "x-scopes": operation.scopes,
    "x-rate-limit-label": operation.label[profile],
    "x-special-limits": operation.specialLimits[profile],
    ...(operation.aliases === undefined ? {} : { "x-also-served-at": operation.aliases }),
    "x-codeSamples": codeSamplesOf(operation, profile),
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
