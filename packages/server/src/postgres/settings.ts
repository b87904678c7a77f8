import { createHash } from "node:crypto";
import { clusterName } from "./processes.js";

/** How clients reach the server. */
export interface Endpoint {
  /** Directory of the unix socket, or "127.0.0.1". */
  readonly host: string;
  readonly port: number;
}

/** A setting of ours that PostgreSQL carries along: tells a later start what it was started with. */
export const FINGERPRINT_SETTING = "paymaster.settings";

export const LOG_FILE_PREFIX = "postgresql-";

/**
 * The server's settings, all given on the command line, so that a cluster always runs with those of
 * the Paymaster that started it. What is not named here is PostgreSQL's default.
 */
export function serverSettings(
  endpoint: Endpoint,
  directories: { clusterDir: string; logDir: string },
  extra: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const overTcp = endpoint.host === "127.0.0.1";
  const settings = {
    listen_addresses: overTcp ? endpoint.host : "",
    // A list of names, in which a comma separates: so the name is quoted.
    unix_socket_directories: overTcp ? "" : `"${endpoint.host.replaceAll('"', '""')}"`,
    unix_socket_permissions: "0700",
    max_connections: "100",

    // Durability: an answer that left is on disk.
    fsync: "on",
    full_page_writes: "on",
    synchronous_commit: "on",
    restart_after_crash: "on",

    // Memory for a machine that also runs the application.
    shared_buffers: "128MB",
    work_mem: "8MB",
    maintenance_work_mem: "64MB",

    // Bill runs write in batches: fewer checkpoints, smaller pages in the log. 1 GB of log is
    // replayed within seconds after a crash.
    wal_buffers: "16MB",
    wal_compression: "on",
    max_wal_size: "1GB",
    min_wal_size: "128MB",

    // Short statements: neither compiling nor parallel plans ever pay, and no worker is needed.
    jit: "off",
    max_parallel_workers_per_gather: "0",
    max_parallel_maintenance_workers: "0",
    max_logical_replication_workers: "0",
    io_method: "sync",
    random_page_cost: "1.1",

    // The same everywhere, whatever the machine's locale.
    timezone: "UTC",
    log_timezone: "UTC",
    datestyle: "ISO, YMD",
    lc_messages: "C",

    cluster_name: clusterName(directories.clusterDir),

    // Files of at most 4 MB; `log-files.ts` keeps the newest few.
    logging_collector: "on",
    log_directory: directories.logDir,
    log_filename: `${LOG_FILE_PREFIX}%Y-%m-%d_%H%M%S.log`,
    log_rotation_size: "4MB",
    log_rotation_age: "0",
    log_line_prefix: "%m [%p] ",
    ...extra,
  };
  return { ...settings, [FINGERPRINT_SETTING]: fingerprint(settings) };
}

/** The settings as arguments of `postgres`. */
export function settingsArguments(settings: Readonly<Record<string, string>>): string[] {
  return Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}

function fingerprint(settings: Readonly<Record<string, string>>): string {
  return createHash("sha256").update(JSON.stringify(settings)).digest("hex").slice(0, 16);
}
