/**
 * Several PostgreSQL servers of which one takes writes: where it is, and clients that connect to it. When
 * it fails and another is promoted, connections break; the next ones look for the new one. node-postgres
 * has no such thing: libpq calls it `target_session_attrs=read-write`.
 */
import pg from "pg";

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** None of the hosts takes writes now: the service is unavailable until one does. */
export class NoPrimaryError extends Error {
  /** Whether a host did not answer at all. */
  readonly isSilence: boolean;

  constructor(reasons: readonly Error[]) {
    super(`No database that takes writes: ${reasons.map(({ message }) => message).join("; ")}.`);
    this.name = "NoPrimaryError";
    this.isSilence = reasons.some(isTimeout);
  }
}

/** The driver's errors of time that is up; they have no code. */
export function isTimeout({ message }: Error): boolean {
  return /timeout exceeded|timeout expired|connection timeout|Query read timeout/i.test(message);
}

/** Time for a host to say whether it takes writes. */
const ASK_LIMIT_MS = 3_000;

export class Primary {
  readonly #urls: readonly string[];
  #known: Address | null = null;
  #search: Promise<Address> | null = null;

  /** @param urls the same database on each host, as node-postgres takes it */
  constructor(urls: readonly string[]) {
    this.#urls = urls;
  }

  /** The last one found, or the one that a search finds now. Throws a NoPrimaryError. */
  async find(): Promise<Address> {
    if (this.#known !== null) return this.#known;
    this.#search ??= this.#ask().finally(() => {
      this.#search = null;
    });
    return this.#search;
  }

  /** After a connection that failed: the next one searches anew. */
  forget(): void {
    this.#known = null;
  }

  /** All at once: a host that does not answer must not delay the others. */
  async #ask(): Promise<Address> {
    try {
      this.#known = await Promise.any(this.#urls.map(askWritable));
      return this.#known;
    } catch (error) {
      if (!(error instanceof AggregateError)) throw error;
      throw new NoPrimaryError(error.errors);
    }
  }
}

/** Rejects with the host and the reason, for people. */
async function askWritable(url: string): Promise<Address> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: ASK_LIMIT_MS,
    query_timeout: ASK_LIMIT_MS,
    application_name: "paymaster (search)",
  });
  client.on("error", () => undefined);
  const { host, port } = client;
  try {
    await client.connect();
    await checkWritable(client);
    return { host, port };
  } catch (error) {
    throw new Error(`${host}:${port}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  } finally {
    // Not waited for: a host that hangs would hold up the answer.
    client.end().catch(() => undefined);
  }
}

/** Throws unless the connection's server takes writes, as a standby does not. */
export async function checkWritable(client: Pick<pg.ClientBase, "query">): Promise<void> {
  const { rows } = await client.query("show transaction_read_only");
  if (rows[0]?.transaction_read_only !== "off") {
    // What PostgreSQL would answer to a write.
    throw Object.assign(new Error("it is read-only"), { code: "25006" });
  }
}

/** Clients for a pool: each connects to where the primary is when it connects. */
export function primaryClient(primary: Primary, Client: typeof pg.Client): typeof pg.Client {
  return class extends Client {
    /** As the driver's own: with a callback, or answering with a promise. */
    override connect(...[callback]: unknown[]): never {
      const connected = this.#connectToPrimary();
      if (typeof callback === "function") {
        connected.then(() => callback(null, this), callback as never);
      }
      return connected as never;
    }

    async #connectToPrimary(): Promise<this> {
      // Read by `connect`, and typed as constant since it usually is.
      Object.assign(this, await primary.find());
      try {
        await super.connect();
        await checkWritable(this);
        return this;
      } catch (error) {
        primary.forget();
        this.end().catch(() => undefined);
        throw error;
      }
    }
  };
}
