/** Liveness (the process answers) and readiness (so does its database). */
import type { FastifyInstance } from "fastify";
import type { Pool } from "../database/pool.js";

export function registerHealth(app: FastifyInstance, pool: Pool): void {
  app.get("/healthz", async () => ({ status: "ok" }));
  app.get("/readyz", async (_request, reply) => {
    try {
      await pool.query("select 1");
      return { status: "ready" };
    } catch {
      return reply.code(503).header("retry-after", "5").send({ status: "database unavailable" });
    }
  });
}
