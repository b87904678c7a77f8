/**
 * A Postman v2.1 collection, derived from the operations. Run from top to bottom it is a whole story: a
 * token, a sub account that comes and goes, another that buys, changes, reads and cancels its plans. Every
 * request checks its documented status, so the collection is a test of the server it runs against.
 */

import type { Operation, WireProfile } from "../operation.js";
import { operations, type ToolName } from "../operations/index.js";

type Json = { [member: string]: unknown };

interface Step {
  readonly tool: ToolName;
  readonly name?: string;
  /** Replaces the operation's example. */
  readonly body?: Json;
  /** Collection variables set from the answer: name and expression over `body`. */
  readonly capture?: Readonly<Record<string, string>>;
}

const OWNER = operations.account_create.examples.request as Json;
const SUBSCRIPTION = operations.account_plan_create.examples.request as { contact: Json };

const STEPS: readonly Step[] = [
  {
    tool: "account_create",
    body: { ...OWNER, email: "first.{{$timestamp}}@example.com", account_name: "Comes and goes" },
    capture: { accountId: "body.id" },
  },
  { tool: "account" },
  { tool: "account_disassociate" },
  {
    tool: "account_create",
    name: "Create the sub account that buys",
    body: { ...OWNER, email: "second.{{$timestamp}}@example.com" },
    capture: { accountId: "body.id" },
  },
  { tool: "accounts" },
  {
    tool: "account_plan_create",
    body: { contact: SUBSCRIPTION.contact, plan_base: { type: "business_monthly", hosts: 12 } },
  },
  { tool: "account_plan_addon_create" },
  { tool: "account_plan_addon_update" },
  { tool: "account_plan_base_update" },
  { tool: "account_plans" },
  { tool: "get_plan_usage" },
  { tool: "account_billing" },
  { tool: "account_billing_update" },
  {
    tool: "account_billing_invoices",
    capture: { invoiceId: "body.invoices[0].id" },
  },
  { tool: "get_account_billing_invoice" },
  { tool: "download_invoice_p_d_f" },
  { tool: "account_options_update" },
  { tool: "account_plan_addon_cancel" },
  { tool: "account_plan_base_delete" },
];

export function buildPostmanCollection(profile: WireProfile): Json {
  return {
    info: {
      name: "Paymaster: account Billing API",
      description: [
        "Set `origin`, `masterAccountId`, `clientId` and `clientSecret` (all in the server's",
        "credentials.json) and run the collection from top to bottom.",
      ].join(" "),
      schema: "https://schema.getpostman.com/json/collection/v2.1.0/collection.json",
    },
    auth: bearerAuth(),
    variable: [
      { key: "origin", value: "http://127.0.0.1:8080" },
      { key: "baseUrl", value: "{{origin}}/v2" },
      { key: "masterAccountId", value: "" },
      { key: "clientId", value: "" },
      { key: "clientSecret", value: "" },
      { key: "token", value: "" },
      { key: "accountId", value: "me" },
      { key: "invoiceId", value: "" },
    ],
    item: [tokenItem(), ...STEPS.map((step) => itemOf(step, profile))],
  };
}

function bearerAuth(): Json {
  return { type: "bearer", bearer: [{ key: "token", value: "{{token}}", type: "string" }] };
}

function tokenItem(): Json {
  return {
    name: "Get an access token",
    event: [testScript(200, { token: "body.access_token" })],
    request: {
      auth: {
        type: "basic",
        basic: [
          { key: "username", value: "{{clientId}}", type: "string" },
          { key: "password", value: "{{clientSecret}}", type: "string" },
        ],
      },
      method: "POST",
      header: [],
      body: {
        mode: "urlencoded",
        urlencoded: [
          { key: "grant_type", value: "account_credentials" },
          { key: "account_id", value: "{{masterAccountId}}" },
        ],
      },
      url: { raw: "{{origin}}/oauth/token", host: ["{{origin}}"], path: ["oauth", "token"] },
      description: "Server-to-server: the account's client id and secret give a token for an hour.",
    },
    response: [],
  };
}

function itemOf(step: Step, profile: WireProfile): Json {
  const operation: Operation = operations[step.tool];
  const request = requestOf(operation, step.body, profile);
  return {
    name: step.name ?? operation.title,
    event: [testScript(operation.response.status[profile], step.capture ?? {})],
    request,
    response: operation.examples.responses.map((example) => exampleOf(example, request)),
  };
}

function requestOf(operation: Operation, override: Json | undefined, profile: WireProfile): Json {
  const body = override ?? operation.examples.request;
  const hasBody = operation.body[profile] !== null && body !== undefined;
  return {
    auth: bearerAuth(),
    method: operation.method,
    header: hasBody ? [{ key: "Content-Type", value: "application/json" }] : [],
    ...(hasBody
      ? {
          body: {
            mode: "raw",
            raw: JSON.stringify(body, null, 2),
            options: { raw: { language: "json" } },
          },
        }
      : {}),
    url: urlOf(operation),
    description: descriptionOf(operation, profile),
  };
}

/** Path variables as Postman writes them: `/accounts/:accountId/plans`. */
function urlOf(operation: Operation): Json {
  const path = operation.path.replace(/\{(\w+)\}/g, ":$1");
  const names = [...operation.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? "");
  return {
    raw: `{{baseUrl}}${path}`,
    host: ["{{baseUrl}}"],
    path: path.split("/").slice(1),
    variable: names.map((key) => ({ key, value: `{{${key}}}` })),
  };
}

function descriptionOf(operation: Operation, profile: WireProfile): string {
  const label = operation.label[profile];
  return [
    operation.description,
    `**Scopes:** ${[...operation.scopes.classic, ...operation.scopes.granular].map((scope) => `\`${scope}\``).join(", ")}`,
    `**Rate limit label:** ${label === null ? "none documented" : `\`${label}\``}`,
  ].join("\n\n");
}

function exampleOf(example: Operation["examples"]["responses"][number], request: Json): Json {
  return {
    name: example.name,
    originalRequest: request,
    status: STATUS_TEXT[example.status] ?? "",
    code: example.status,
    _postman_previewlanguage: "json",
    header: [{ key: "Content-Type", value: "application/json" }],
    cookie: [],
    body: example.body === null ? "" : JSON.stringify(example.body, null, 2),
  };
}

const STATUS_TEXT: Readonly<Record<number, string>> = {
  200: "OK",
  201: "Created",
  204: "No Content",
  300: "Multiple Choices",
  400: "Bad Request",
  404: "Not Found",
};

function testScript(status: number, capture: Readonly<Record<string, string>>): Json {
  const captures = Object.entries(capture);
  return {
    listen: "test",
    script: {
      type: "text/javascript",
      exec: [
        `pm.test("answers ${status}", () => pm.response.to.have.status(${status}));`,
        ...(captures.length === 0 ? [] : ["const body = pm.response.json();"]),
        ...captures.map(([name, value]) => `pm.collectionVariables.set("${name}", ${value});`),
      ],
    },
  };
}
