/** Documents about the API that are generated from the contract. */
import { buildOpenApi, buildPostmanCollection, type WireProfile } from "@paymaster/contract";
import type { FastifyInstance } from "fastify";

export function registerDocuments(app: FastifyInstance, profile: WireProfile): void {
  const openApi = JSON.stringify(buildOpenApi(profile));
  const postman = JSON.stringify(buildPostmanCollection(profile));
  app.get("/openapi.json", (_request, reply) => reply.type("application/json").send(openApi));
  app.get("/postman.json", (_request, reply) => reply.type("application/json").send(postman));
}
