/**
 * A real server under simulation: started in this process, reached over HTTP on the loopback. Its
 * scheduler ticks when the simulation says so and not by itself: otherwise a seed would not replay. It
 * can be killed, after which nothing that it does reaches its database, and started again.
 */
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { WireProfile } from "@paymaster/contract";
import { type Credentials, type RunningServer, readConfig, startServer } from "@paymaster/server";
import type { Day } from "../model/calendar.js";
import { revive, untilAtRest } from "./faults.js";
import { HttpClient } from "./http.js";

export interface InstanceOptions {
  /** Known to faults, and in DATABASE_URL. */
  readonly name: string;
  readonly databaseUrl: string;
  readonly dataDir: string;
  readonly profile: WireProfile;
  /** Day on which the clock begins. */
  readonly start: string;
  readonly priceBook: string;
  readonly taxTable: string;
  /** Gets lines that the server logs as warnings or errors. */
  readonly onLog: (line: string) => void;
}

/** Interval of the server's scheduler. */
const SCHEDULER_MS = 1_000;
/** The longest interval that there is. */
const NEVER_MS = 2 ** 31 - 1;

export class Instance {
  readonly name: string;
  /** Day of which the background work has seen to everything; null: none since it was started. */
  checkedOn: Day | null = null;
  /** When, in real time: after ten minutes it looks again. */
  checkedAtMs = 0;
  readonly #options: InstanceOptions;
  #running: Running | null = null;

  private constructor(options: InstanceOptions) {
    this.name = options.name;
    this.#options = options;
  }

  static async open(options: InstanceOptions): Promise<Instance> {
    const instance = new Instance(options);
    await mkdir(options.dataDir, { recursive: true, mode: 0o700 });
    await instance.start();
    return instance;
  }

  get http(): HttpClient {
    return this.#get().http;
  }

  get credentials(): Credentials {
    return this.#get().credentials;
  }

  /** Lets the server note that it lives, and learn where another has moved the clock. */
  async heartbeat(): Promise<void> {
    this.#get().ticks[0]?.();
    await untilAtRest(this.name);
  }

  /** Lets the server's background work run once. */
  async work(): Promise<void> {
    this.#get().ticks[1]?.();
    await untilAtRest(this.name);
  }

  /** Starts it anew, after `stop`. */
  async start(): Promise<void> {
    revive(this.name);
    this.checkedOn = null;
    this.#running = await launch(this.#options);
  }

  /** Ends it; of one that died, what is left of the process is cleared away. */
  async stop(): Promise<void> {
    if (this.#running === null) return;
    const { http, server } = this.#running;
    this.#running = null;
    http.close();
    await server.stop();
  }

  #get(): Running {
    if (this.#running === null) throw new Error(`${this.name} does not run`);
    return this.#running;
  }
}

interface Running {
  readonly server: RunningServer;
  readonly http: HttpClient;
  readonly credentials: Credentials;
  /** The scheduler's loops, in the order in which it starts them: heartbeat, work. */
  readonly ticks: readonly (() => void)[];
}

async function launch(options: InstanceOptions): Promise<Running> {
  const { dataDir, profile, start, priceBook, taxTable, databaseUrl, onLog } = options;
  const args = ["--port", "0", "--data-dir", dataDir, "--empty", "--test-clock", start];
  args.push("--rate-limits", "off", "--profile", profile);
  args.push("--price-book", priceBook, "--tax-table", taxTable);
  const config = readConfig(args, { DATABASE_URL: databaseUrl });
  if (config === "help") throw new Error("help was not asked for");
  const ticks: (() => void)[] = [];
  const server = await withHeldTimers(ticks, () =>
    startServer(config, (line) => {
      if (line.level !== "info") onLog(JSON.stringify(line));
    }),
  );
  const credentials = JSON.parse(await readFile(join(dataDir, "credentials.json"), "utf8"));
  return { server, http: new HttpClient(server.origin), credentials, ticks };
}

/** Runs `start` with timers of the scheduler's interval collected instead of started. */
async function withHeldTimers<T>(ticks: (() => void)[], start: () => Promise<T>): Promise<T> {
  const original = globalThis.setInterval;
  const held = (work: () => void, ms?: number) => {
    if (ms !== SCHEDULER_MS) return original(work, ms);
    ticks.push(work);
    return original(() => undefined, NEVER_MS);
  };
  globalThis.setInterval = held as typeof globalThis.setInterval;
  try {
    return await start();
  } finally {
    globalThis.setInterval = original;
  }
}
