/** A private PostgreSQL in a folder of its own, as the server would start it, and its address. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createPool } from "../../packages/server/dist/database/pool.js";
import { createDataDir, startPrivatePostgres } from "../../packages/server/dist/postgres/index.js";

export async function startPostgres() {
  const dataDir = await mkdtemp(join(tmpdir(), "paymaster-bench-"));
  createDataDir(dataDir);
  const postgres = await startPrivatePostgres({ dataDir, log: () => undefined });
  const { host, port, user, password = "", database } = postgres.connection;
  const url = `postgresql://${user}:${password}@/${database}?host=${encodeURIComponent(host)}&port=${port}`;
  const pool = createPool({ ...postgres.connection });
  return {
    dataDir,
    url,
    pool,
    async stop() {
      await pool.end();
      await postgres.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
