import { setTimeout as sleep } from "node:timers/promises";
import { APPLICATION_NAME, clusterMajor, createApplicationDatabase } from "./cluster.js";
import { oneLine, PostgresError } from "./errors.js";
import type { DataDirLock } from "./lock.js";
import { keepLogsSmall } from "./log-files.js";
import { type PrepareOptions, prepare, recordStarted } from "./prepare.js";
import {
  attachOrStart,
  type Cluster,
  endOrphans,
  type RunningServer,
  requestShutdown,
  shutDown,
} from "./server-process.js";
import { removeSocketDir } from "./socket-dir.js";

/** Options for `new pg.Pool(...)`. */
export interface PgConnection {
  /** Directory of the unix socket, or "127.0.0.1". */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
  readonly password?: string;
}

/** A PostgreSQL server that belongs to one data directory and to this process. */
export interface PrivatePostgres {
  /** The application's role and database. Stays the same when the server is started again. */
  readonly connection: PgConnection;
  /** Resolves, once, if the server died so often that it is not started again. Never rejects. */
  readonly failure: Promise<PostgresError>;
  /**
   * Calls the listener with "down" when the server stops answering (every open connection is
   * broken then), and with "up" when it answers again.
   */
  onStateChange(listener: (state: "down" | "up") => void): void;
  /** Ends all sessions, writes everything out, and ends the server. May be called again. */
  stop(): Promise<void>;
}

/** What tests vary, besides what users choose. */
export interface SupervisorOptions extends PrepareOptions {
  /** Pause before each attempt to start a dead server again; then the supervisor gives up. */
  readonly restartDelays_ms?: readonly number[];
}

/** The first attempt at once, all of them within 31 s. */
const RESTART_DELAYS_MS = [0, 250, 500, 1_000, 2_000, 4_000, 8_000, 15_000] as const;
/** A server that lived this long was well: its death begins a new count of attempts. */
const STEADY_MS = 60_000;
/** Errors that another attempt does not mend. */
const FINAL_CODES = new Set(["cluster_missing", "version_mismatch", "locked", "stopped"]);

/**
 * Starts the private PostgreSQL of a data directory, making its cluster at first start.
 * @throws PostgresError whose message is one line for the operator
 */
export async function supervise(options: SupervisorOptions): Promise<PrivatePostgres> {
  const { cluster, lock } = await prepare(options);
  const signal = options.signal ?? new AbortController().signal;
  try {
    const server = await attachOrStart(cluster, options.log, signal);
    try {
      await createApplicationDatabase(server.guard, cluster.location.clusterDir, cluster.password);
      recordStarted(cluster);
    } catch (error) {
      await server.guard.close();
      await shutDown(cluster, server);
      throw error;
    }
    return new Supervisor(cluster, lock, server, options);
  } catch (error) {
    lock.release();
    throw error;
  }
}

class Supervisor implements PrivatePostgres {
  readonly connection: PgConnection;
  readonly failure: Promise<PostgresError>;
  private reportFailure: (error: PostgresError) => void = () => {};
  private readonly listeners: ((state: "down" | "up") => void)[] = [];
  private readonly ending = new AbortController();
  private readonly logs: { end(): void };
  private readonly onExit: () => void;
  private server: RunningServer | undefined;
  private startedAt_ms = performance.now();
  private attempts = 0;
  private recovery: Promise<void> | undefined;
  private stopped: Promise<void> | undefined;

  constructor(
    private readonly cluster: Cluster,
    private readonly lock: DataDirLock,
    server: RunningServer,
    private readonly options: SupervisorOptions,
  ) {
    const { endpoint, password } = cluster;
    const application = { user: APPLICATION_NAME, database: APPLICATION_NAME };
    this.connection = {
      ...endpoint,
      ...application,
      ...(password === undefined ? {} : { password }),
    };
    this.failure = new Promise((resolve) => {
      this.reportFailure = resolve;
    });
    this.logs = keepLogsSmall(cluster.location.logDir);
    // A process that ends without stop() (an uncaught error) still asks its server to end.
    this.onExit = () => {
      if (this.server) requestShutdown(this.server);
    };
    process.once("exit", this.onExit);
    this.watch(server);
  }

  onStateChange(listener: (state: "down" | "up") => void): void {
    this.listeners.push(listener);
  }

  stop(): Promise<void> {
    this.stopped ??= this.end();
    return this.stopped;
  }

  private watch(server: RunningServer): void {
    this.server = server;
    this.startedAt_ms = performance.now();
    void server.guard.lost.then(() => {
      if (this.ending.signal.aborted) return;
      this.recovery = this.recover().catch((error: unknown) => this.giveUp(error));
    });
  }

  private async recover(): Promise<void> {
    this.options.log("the connection to PostgreSQL was lost: starting it again");
    this.tell("down");
    if (performance.now() - this.startedAt_ms > STEADY_MS) this.attempts = 0;
    const delays_ms = this.options.restartDelays_ms ?? RESTART_DELAYS_MS;
    let last: unknown;
    while (this.attempts < delays_ms.length) {
      const delay_ms = delays_ms[this.attempts++] ?? 0;
      try {
        await sleep(delay_ms, undefined, { signal: this.ending.signal });
        this.watch(await this.startAgain());
        if (!this.ending.signal.aborted) this.tell("up");
        return;
      } catch (error) {
        if (this.ending.signal.aborted) return;
        last = error;
        this.options.log(oneLine(error instanceof Error ? error.message : String(error)));
        if (error instanceof PostgresError && FINAL_CODES.has(error.code)) break;
      }
    }
    await this.giveUp(last);
  }

  private async startAgain(): Promise<RunningServer> {
    const { clusterDir } = this.cluster.location;
    if (clusterMajor(clusterDir) === undefined) {
      throw new PostgresError(
        "cluster_missing",
        `The database in ${clusterDir} was removed while it was in use.`,
      );
    }
    return attachOrStart(this.cluster, this.options.log, this.ending.signal);
  }

  private async giveUp(last: unknown): Promise<void> {
    const { clusterDir, logDir } = this.cluster.location;
    const isOurs = !(last instanceof PostgresError && last.code === "locked");
    if (isOurs && this.server?.alive()) await shutDown(this.cluster, this.server);
    else if (isOurs) await endOrphans(clusterDir);
    this.server = undefined;
    const reason = last instanceof Error ? last.message : "it kept dying soon after its start.";
    const error = new PostgresError(
      "gave_up",
      `PostgreSQL in ${clusterDir} died and was not brought back in ${this.attempts} attempts: ` +
        `${reason} Restart Paymaster when the cause is mended; PostgreSQL's log is in ${logDir}.`,
      last,
    );
    this.options.log(error.message);
    this.reportFailure(error);
  }

  private tell(state: "down" | "up"): void {
    for (const listener of this.listeners) {
      try {
        listener(state);
      } catch (error) {
        this.options.log(oneLine(`a listener failed on "${state}": ${String(error)}`));
      }
    }
  }

  private async end(): Promise<void> {
    this.ending.abort();
    await this.recovery;
    this.logs.end();
    if (this.server) {
      await this.server.guard.close();
      await shutDown(this.cluster, this.server);
      this.server = undefined;
      this.options.log("PostgreSQL stopped");
    }
    removeSocketDir(this.cluster.endpoint.host, this.cluster.location);
    process.off("exit", this.onExit);
    this.lock.release();
  }
}
