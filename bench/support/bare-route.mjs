/** The ceiling of a read: a bare Fastify route with one primary-key read on the same PostgreSQL. */
import { createRequire } from "node:module";
import { createPool } from "../../packages/server/dist/database/pool.js";
import { runProgram, usageOfProcess } from "./programs.mjs";

const require = createRequire(new URL("../../packages/server/package.json", import.meta.url));
const Fastify = require("fastify");

await runProgram({
  async start({ databaseUrl }) {
    const pool = createPool({ connectionString: databaseUrl });
    const app = Fastify();
    app.get("/:masterId/:accountId", async (request) => {
      const { rows } = await pool.query({
        name: "read-account",
        text: "select id, account_name, usage from accounts where master_id = $1 and id = $2",
        values: [request.params.masterId, request.params.accountId],
      });
      return rows[0];
    });
    const origin = await app.listen({ host: "127.0.0.1", port: 0 });
    return { app, pool, ready: { origin } };
  },
  answer: () => usageOfProcess(),
  stop: ({ app, pool }) => app.close().then(() => pool.end()),
});
