/** Documents about the API that are generated from the contract. */
import { buildOpenApi, buildPostmanCollection, type WireProfile } from "@paymaster/contract";
import type { FastifyInstance } from "fastify";

/** Addresses in the OpenAPI document are relative to it: it holds wherever the server is reached. */
const SAME_ORIGIN = "";

export function registerDocuments(app: FastifyInstance, profile: WireProfile): void {
  const openApi = JSON.stringify(buildOpenApi(profile, SAME_ORIGIN));
  const postman = JSON.stringify(buildPostmanCollection(profile));
  app.get("/openapi.json", (_request, reply) => reply.type("application/json").send(openApi));
  app.get("/postman.json", (_request, reply) =>
    reply
      .header("content-disposition", 'attachment; filename="paymaster.postman_collection.json"')
      .type("application/json")
      .send(postman),
  );
}
