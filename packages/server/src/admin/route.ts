/** How the operator's API is declared: a schema for what comes in, a function for the rest. */

import type { FastifyInstance } from "fastify";
import type { Static, TSchema } from "typebox";
import { plainParams, unstorable } from "../http/plain-text.js";
import { compileValidator, validationFault } from "../http/validation.js";
import { ownFault, type WireFault } from "../http/wire-fault.js";
import { type CsvRow, csvStream } from "./csv.js";
import { oneOf } from "./query.js";

/** Most of one payment or charge, in major units: sums of many stay exact. */
export const MAX_AMOUNT = 1_000_000_000;

declare module "fastify" {
  interface FastifyContextConfig {
    /** What a route of the operator's API takes. */
    body?: TSchema;
  }
}

export interface AdminReply {
  readonly status: number;
  readonly body: unknown;
}

/** A table, sent row by row as it is read. */
export interface CsvReply {
  readonly status: number;
  readonly csv: AsyncIterable<CsvRow> | Iterable<CsvRow>;
  readonly fileName: string;
}

export interface AdminCall<Body> {
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: Body;
  readonly trackingId: string;
  /** Asked for with `format=csv` or `Accept: text/csv`. */
  readonly wantsCsv: boolean;
  /** `Prefer: respond-async`: an answer before the work is done is welcome [RFC 7240]. */
  readonly prefersAsync: boolean;
}

export function adminRoute<Schema extends TSchema>(
  app: FastifyInstance,
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE",
  path: string,
  schema: Schema,
  work: (call: AdminCall<Static<Schema>>) => Promise<AdminReply | CsvReply>,
): void {
  const validate = compileValidator(schema);
  app.route({
    method,
    url: path,
    config: { body: schema },
    handler: async (request, reply) => {
      const body = request.body === undefined ? {} : request.body;
      const unkept = unstorable(body);
      const problems = unkept.length > 0 ? unkept : validate(body);
      if (problems.length > 0) throw validationFault(problems);
      const query = queryOf(request.query);
      const answer = await work({
        params: plainParams(request.params),
        query,
        body: body as Static<Schema>,
        trackingId: request.id,
        wantsCsv: wantsCsv(query, request.headers.accept),
        prefersAsync: /(^|,)\s*respond-async\s*($|[,;])/i.test(String(request.headers.prefer)),
      });
      reply.code(answer.status);
      if ("csv" in answer) {
        reply.header("content-disposition", `attachment; filename="${answer.fileName}"`);
        return reply.type("text/csv;charset=UTF-8").send(csvStream(answer.csv));
      }
      if (answer.body === null) return reply.send();
      return reply.type("application/json;charset=UTF-8").send(JSON.stringify(answer.body));
    },
  });
}

function wantsCsv(query: Readonly<Record<string, string>>, accept = ""): boolean {
  const format = oneOf(query, "format", ["json", "csv"]);
  return format === null ? /^\s*text\/csv\b/i.test(accept) : format === "csv";
}

/** Query parameters, each once. */
function queryOf(query: unknown): Record<string, string> {
  const unkept = unstorable(query);
  if (unkept.length > 0) throw validationFault(unkept);
  const found = Object.entries(query as Readonly<Record<string, string | string[]>>);
  const twice = found.find(([, value]) => typeof value !== "string");
  if (twice !== undefined) throw badField(twice[0], "Must be given once.");
  return Object.fromEntries(found) as Record<string, string>;
}

/** A member of the request that does not make sense: 400, 300, naming it. */
export function badField(field: string, message: string): WireFault {
  return validationFault([{ field, message }]);
}

export function notFound(message: string): WireFault {
  return ownFault(404, 2001, message);
}

/** The request is understood and cannot be carried out in this state. */
export function conflict(message: string): WireFault {
  return ownFault(409, 409, message);
}
