/** How the operator's API is declared: a schema for what comes in, a function for the rest. */

import { commonErrors, type WireError } from "@paymaster/contract";
import type { FastifyInstance } from "fastify";
import type { Static, TSchema } from "typebox";
import { compileValidator, validationFault } from "../http/validation.js";
import { WireFault } from "../http/wire-fault.js";

export interface AdminReply {
  readonly status: number;
  readonly body: unknown;
}

export interface AdminCall<Body> {
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: Body;
  readonly trackingId: string;
}

export function adminRoute<Schema extends TSchema>(
  app: FastifyInstance,
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE",
  path: string,
  schema: Schema,
  work: (call: AdminCall<Static<Schema>>) => Promise<AdminReply>,
): void {
  const validate = compileValidator(schema);
  app.route({
    method,
    url: path,
    handler: async (request, reply) => {
      const body = request.body ?? {};
      const problems = validate(body);
      if (problems.length > 0) throw validationFault(problems);
      const answer = await work({
        params: request.params as Record<string, string>,
        query: request.query as Record<string, string>,
        body: body as Static<Schema>,
        trackingId: request.id,
      });
      reply.code(answer.status);
      if (answer.body === null) return reply.send();
      return reply.type("application/json;charset=UTF-8").send(JSON.stringify(answer.body));
    },
  });
}

/** A member of the request that does not make sense: 400, 300, naming it. */
export function badField(field: string, message: string): WireFault {
  return validationFault([{ field, message }]);
}

export function notFound(message: string): WireFault {
  return operatorFault(404, 2001, message);
}

/** The request is understood and cannot be carried out in this state. */
export function conflict(message: string): WireFault {
  return operatorFault(409, 409, message);
}

function operatorFault(status: number, code: number, message: string): WireFault {
  const error: WireError = {
    ...commonErrors.noRoute,
    code,
    message: message.replaceAll("{", "(").replaceAll("}", ")"),
    status: { "2021": status, "2026": status },
  };
  return new WireFault(error);
}
