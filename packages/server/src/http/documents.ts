/** Documents about the API that are generated from the contract. */
import { buildOpenApi, type WireProfile } from "@paymaster/contract";
import type { FastifyInstance } from "fastify";

export function registerDocuments(app: FastifyInstance, profile: WireProfile): void {
  const openApi = JSON.stringify(buildOpenApi(profile));
  app.get("/openapi.json", (_request, reply) => reply.type("application/json").send(openApi));
}
