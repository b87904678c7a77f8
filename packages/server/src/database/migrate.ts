/** Brings the schema up to date: numbered SQL files, each once, under one lock. */
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { withLock } from "./lock.js";
import type { Pool } from "./pool.js";

const MIGRATIONS = new URL("../../migrations/", import.meta.url);
/** Any constant: two servers that start at once must not migrate at once. */
const MIGRATION_LOCK = 5_284_761_093;

/**
 * All or nothing: what is missing is applied in one transaction.
 * Throws an error for people when the database is newer than this program, or a file was edited.
 */
export async function migrate(pool: Pool): Promise<{ applied: string[] }> {
  const files = (await readdir(MIGRATIONS)).filter((name) => /^\d{3}-.*\.sql$/.test(name)).sort();
  return withLock(pool, MIGRATION_LOCK, async (connection) => {
    await connection.query(
      `create table if not exists schema_migrations (
         name text primary key, checksum text not null, applied_at timestamptz not null default now())`,
    );
    const { rows } = await connection.query("select name, checksum from schema_migrations");
    const known = new Map<string, string>(rows.map((row) => [row.name, row.checksum]));
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
      await connection.query(sql);
      await connection.query("insert into schema_migrations (name, checksum) values ($1, $2)", [
        name,
        checksum,
      ]);
      applied.push(name);
    }
    return { applied };
  });
}
