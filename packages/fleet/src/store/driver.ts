/** The embedded SQLite, with the few calls that the store uses. */
import Libsql from "libsql";

export type Value = string | number | null;
export type Row = Readonly<Record<string, Value>>;

export interface Database {
  /** Statements without values or results, several at once. */
  exec(sql: string): void;
  run(sql: string, values?: readonly Value[]): void;
  get<T = Row>(sql: string, values?: readonly Value[]): T | undefined;
  all<T = Row>(sql: string, values?: readonly Value[]): T[];
  /** Runs `work` as one transaction, which keeps others from writing; nests in itself. */
  transaction<T>(work: () => T): T;
  close(): void;
}

/** Another process holds what is needed. */
export function isBusy(error: unknown): boolean {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  return String(code).startsWith("SQLITE_BUSY") || String(message).includes("database is locked");
}

/** @param waitMs how long another process's transaction is waited for */
export function openDatabase(path: string, waitMs: number): Database {
  const database = new Libsql(path, { timeout: waitMs });
  const statements = new Map<string, ReturnType<typeof database.prepare>>();
  let isInside = false;

  function prepared(sql: string) {
    let statement = statements.get(sql);
    if (statement === undefined) {
      statement = database.prepare(sql);
      statements.set(sql, statement);
    }
    return statement;
  }

  return {
    exec: (sql) => void database.exec(sql),
    run: (sql, values = []) => void prepared(sql).run(values),
    get<T>(sql: string, values: readonly Value[] = []) {
      // `get` of the library adds a member of its own to the row.
      return prepared(sql).all(values)[0] as T | undefined;
    },
    all: <T>(sql: string, values: readonly Value[] = []) => prepared(sql).all(values) as T[],
    transaction<T>(work: () => T): T {
      if (isInside) return work();
      database.exec("BEGIN IMMEDIATE");
      isInside = true;
      try {
        const result = work();
        database.exec("COMMIT");
        return result;
      } catch (error) {
        database.exec("ROLLBACK");
        throw error;
      } finally {
        isInside = false;
      }
    },
    close: () => void database.close(),
  };
}
