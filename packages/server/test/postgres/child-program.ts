/**
 * A Paymaster reduced to its PostgreSQL, for tests that kill it or run it as another user. It is
 * bundled into one file (see `child.ts`) that every user can read.
 *
 * Takes its options as JSON in the first argument; prints one JSON object a line. SIGTERM stops it.
 */
import { takeLock } from "../../src/postgres/lock.js";
import { readPidFile } from "../../src/postgres/pid-file.js";
import { supervise } from "../../src/postgres/supervisor.js";

interface Options {
  dataDir: string;
  nativeDir: string;
  transport?: "socket" | "tcp";
  /** Only takes the lock of this directory. */
  lockOnly?: boolean;
  /** Ends by itself, without stop(), once ready. */
  exitWhenReady?: boolean;
}

function say(line: Record<string, unknown>): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

const options = JSON.parse(process.argv[2] ?? "{}") as Options;
try {
  if (options.lockOnly) {
    await takeLock(options.dataDir, options.dataDir);
    say({ ready: true });
    setInterval(() => {}, 1_000);
  } else {
    const postgres = await supervise({ ...options, log: (line) => say({ log: line }) });
    process.once("SIGTERM", () => void postgres.stop());
    const clusterDir = `${options.dataDir}/postgres/server/data`;
    say({ ready: true, connection: postgres.connection, pid: readPidFile(clusterDir)?.pid });
    if (options.exitWhenReady) process.exit(3);
  }
} catch (error) {
  say({ error: error instanceof Error ? error.message : String(error), stack: String(error) });
  process.exitCode = 1;
}
