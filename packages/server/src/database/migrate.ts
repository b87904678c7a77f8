/** Brings the schema up to date: numbered SQL files, each once, under one lock. */
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import type { Pool } from "pg";

const MIGRATIONS = new URL("../../migrations/", import.meta.url);
/** Any constant: two servers that start at once must not migrate at once. */
const MIGRATION_LOCK = 5_284_761_093;

/** Throws an error for people when the database is newer than this program, or a file was edited. */
export async function migrate(pool: Pool): Promise<{ applied: string[] }> {
  const files = (await readdir(MIGRATIONS)).filter((name) => /^\d{3}-.*\.sql$/.test(name)).sort();
  const client = await pool.connect();
  try {
    await client.query("select pg_advisory_lock($1)", [MIGRATION_LOCK]);
    await client.query(
      `create table if not exists schema_migrations (
         name text primary key, checksum text not null, applied_at timestamptz not null default now())`,
    );
    const known = new Map<string, string>();
    for (const row of (await client.query("select name, checksum from schema_migrations")).rows) {
      known.set(row.name, row.checksum);
    }
    for (const name of known.keys()) {
      if (!files.includes(name)) {
        throw new Error(
          `The database was made by a newer Paymaster (migration ${name}). Install that version or use another database.`,
        );
      }
    }
    const applied: string[] = [];
    for (const name of files) {
      const sql = await readFile(new URL(name, MIGRATIONS), "utf8");
      const checksum = createHash("sha256").update(sql).digest("hex");
      const before = known.get(name);
      if (before !== undefined && before !== checksum) {
        throw new Error(`Migration ${name} was edited after it was applied to this database.`);
      }
      if (before !== undefined) continue;
      await client.query("begin");
      try {
        await client.query(sql);
        await client.query("insert into schema_migrations (name, checksum) values ($1, $2)", [
          name,
          checksum,
        ]);
        await client.query("commit");
      } catch (error) {
        await client.query("rollback");
        throw error;
      }
      applied.push(name);
    }
    return { applied };
  } finally {
    await client.query("select pg_advisory_unlock($1)", [MIGRATION_LOCK]).catch(() => undefined);
    client.release();
  }
}
