import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import type { Endpoint } from "./settings.js";
import { FINGERPRINT_SETTING } from "./settings.js";

/** The role that administers the cluster; the application uses a role without such rights. */
export const ADMIN_ROLE = "postgres";
/** Any number will do, as long as every version of Paymaster takes the same. */
const LOCK_KEY = 0x7061796d;
/** A server that hangs does not answer the goodbye. */
const CLOSE_LIMIT_MS = 1_000;

/**
 * The supervisor's own connection. It holds a lock that ends with this process (the kernel closes
 * the socket), also across containers, where process ids say nothing; and its end tells at once
 * that the server died, also when the server is not our child.
 */
export interface Guard {
  /** Whether this connection got the lock. If not, another live Paymaster has it. */
  readonly holdsLock: boolean;
  readonly serverVersion: string;
  readonly dataDirectory: string;
  /** Fingerprint of the settings that the server was started with. */
  readonly settings: string;
  /** Resolves when the connection ends, for whatever reason but `close`. */
  readonly lost: Promise<void>;
  query(sql: string): Promise<pg.QueryResult>;
  close(): Promise<void>;
}

/** Connects, and tries for the lock once. Rejects with the driver's error. */
export async function openGuard(endpoint: Endpoint, password: string | undefined): Promise<Guard> {
  const client = new pg.Client({
    host: endpoint.host,
    port: endpoint.port,
    user: ADMIN_ROLE,
    database: ADMIN_ROLE,
    ...(password === undefined ? {} : { password }),
    ssl: false,
    application_name: "paymaster supervisor",
    connectionTimeoutMillis: 2_000,
  });
  const lost = new Promise<void>((resolve) => {
    client.once("end", resolve);
    client.once("error", () => resolve());
  });
  client.on("error", () => {}); // told by `lost`; without a listener it would end the process
  try {
    await client.connect();
    const { rows } = await client.query<Record<string, string>>({
      text: `SELECT pg_try_advisory_lock(${LOCK_KEY})::text AS lock,
                    current_setting('server_version') AS version,
                    current_setting('data_directory') AS directory,
                    current_setting('${FINGERPRINT_SETTING}', true) AS settings`,
    });
    const row = rows[0] ?? {};
    return {
      holdsLock: row.lock === "true",
      serverVersion: (row.version ?? "").split(" ")[0] ?? "",
      dataDirectory: row.directory ?? "",
      settings: row.settings ?? "",
      lost,
      query: (sql) => client.query(sql),
      close: () =>
        Promise.race([
          client.end().catch(() => {}),
          sleep(CLOSE_LIMIT_MS, undefined, { ref: false }),
        ]),
    };
  } catch (error) {
    await client.end().catch(() => {});
    throw error;
  }
}

/** The code that the server gave its error; undefined for an error that is not the server's. */
export function sqlState(error: unknown): string | undefined {
  return error instanceof pg.DatabaseError ? error.code : undefined;
}
