import { type PrivatePostgres, supervise } from "./supervisor.js";

export { PostgresError, type PostgresErrorCode } from "./errors.js";
export { createDataDir } from "./location.js";
export type { PgConnection, PrivatePostgres } from "./supervisor.js";

/**
 * Starts the PostgreSQL of a data directory and keeps it running until `stop`. The first start makes
 * the database; a server that a killed Paymaster left running is taken over.
 * @param options.dataDir created when needed; PostgreSQL's part of it is `<dataDir>/postgres`
 * @param options.log gets one line for each event an operator may want to know of
 * @param options.signal ends a start that is under way, which then rejects with code "stopped"
 * @throws PostgresError whose message is one line: what is wrong, where, and what to do
 */
export function startPrivatePostgres(options: {
  readonly dataDir: string;
  readonly log: (line: string) => void;
  readonly signal?: AbortSignal;
}): Promise<PrivatePostgres> {
  return supervise(options);
}
