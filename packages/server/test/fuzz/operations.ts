/** What there is to ask for: from the document that a server serves, and from the operator's routes. */
import Fastify from "fastify";
import { type AdminServices, registerAdmin } from "../../src/admin/index.js";
import { type FuzzOperation, weightOf } from "../errors/arbitrary-requests.js";

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly schema: object;
}
interface Described {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly schema: object }>>;
  };
}
interface Document {
  readonly servers: readonly { readonly url: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
}

/** How often most operations are asked for, beside those that take long. */
const OFTEN = 5;
const METHODS = ["get", "post", "put", "patch", "delete"];

export async function operationsOfDocument(origin: string): Promise<FuzzOperation[]> {
  const document = (await (await fetch(`${origin}/openapi.json`)).json()) as Document;
  return Object.entries(document.paths).flatMap(([path, item]) => {
    const base = (item as { servers?: Document["servers"] }).servers ?? document.servers;
    const prefix = new URL(base[0]?.url ?? origin, origin).pathname.replace(/\/$/, "");
    return METHODS.flatMap((method) => {
      const described = item[method];
      return described === undefined ? [] : [operationOf(method, `${prefix}${path}`, described)];
    });
  });
}

function operationOf(method: string, path: string, described: Described): FuzzOperation {
  const inQuery = (described.parameters ?? []).filter((parameter) => parameter.in === "query");
  const [content] = Object.values(described.requestBody?.content ?? {});
  const properties = Object.fromEntries(inQuery.map(({ name, schema }) => [name, schema]));
  return {
    method: method.toUpperCase(),
    path,
    query: inQuery.length === 0 ? null : { type: "object", properties },
    body: content?.schema ?? null,
    weight: OFTEN * weightOf(method.toUpperCase()),
  };
}

/** What ids of the operator's paths are of, by what stands before them. */
const ID_NAMES: Readonly<Record<string, string>> = {
  accounts: "accountId",
  invoices: "invoiceId",
  "bill-runs": "billRunId",
  statements: "statementId",
  "api-keys": "keyId",
};
/** Runs over everything, which others wait for: now and then. */
const LONG = ["/admin/v1/bill-runs", "/admin/v1/invariants", "/admin/v1/clock/advance"];
const QUERY_NAMES = ["account_id", "after", "limit", "format", "state", "from", "to", "as_of"];

/** Each route as it is declared, with the schema that it checks bodies with. */
export async function operationsOfOperator(): Promise<FuzzOperation[]> {
  const found: FuzzOperation[] = [];
  const app = Fastify();
  app.addHook("onRoute", ({ method, url, config }) => {
    if (method === "HEAD") return;
    const path = url.replace(/([\w-]+)\/:id/, (_all, before: string) => {
      return `${before}/{${ID_NAMES[before] ?? "id"}}`;
    });
    const takesBody = method !== "GET" && method !== "DELETE";
    found.push({
      method: String(method),
      path,
      query: {
        type: "object",
        properties: Object.fromEntries(QUERY_NAMES.map((name) => [name, { type: "string" }])),
      },
      body: takesBody ? (config?.body ?? null) : null,
      weight: LONG.includes(path) ? 1 : OFTEN,
    });
  });
  registerAdmin(app, {} as AdminServices);
  await app.ready();
  return found;
}
