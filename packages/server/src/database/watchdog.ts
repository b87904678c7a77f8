/**
 * Notices a database that no longer answers although its connections stand: a machine without power, a
 * cut cable, a frozen process. The system would wait a quarter of an hour for it, and all requests with it.
 * Breaking the connections gives those requests their 503, and new connections find whatever answers now.
 */
import { createPool, isSilence, type Pool, type PoolConfig } from "./pool.js";

/** Between two questions, and for the answer: a dead database is told within 15 s. */
const INTERVAL_MS = 1_000;
const ANSWER_LIMIT_MS = 4_000;
/** One question may be lost to a long pause of this process. */
const MOST_UNANSWERED = 3;

export interface Watchdog {
  stop(): Promise<void>;
}

/** @param config how `pool` connects; the question has a connection of its own */
export function watchDatabase(pool: Pool, config: PoolConfig): Watchdog {
  const sockets = socketsOf(pool);
  const probe = createPool({
    ...config,
    max: 1,
    connectionTimeoutMillis: ANSWER_LIMIT_MS,
    query_timeout: ANSWER_LIMIT_MS,
    application_name: "paymaster (watchdog)",
  });
  let unanswered = 0;
  let stopped = false;
  let underWay: Promise<void> = Promise.resolve();
  let timer = setTimeout(ask, INTERVAL_MS).unref();

  function ask(): void {
    underWay = probe
      .query("select 1")
      .then(
        () => 0,
        (error) => (isSilence(error) ? unanswered + 1 : 0),
      )
      .then((count) => {
        unanswered = count;
        if (unanswered >= MOST_UNANSWERED) for (const socket of sockets()) socket.destroy();
        if (!stopped) timer = setTimeout(ask, INTERVAL_MS).unref();
      });
  }

  return {
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await underWay;
      await probe.end();
    },
  };
}

interface Wire {
  readonly connection: { readonly stream: { destroy(): void } };
}

/** The sockets of a pool's clients; the driver has no way to end one that waits for an answer. */
function socketsOf(pool: Pool): () => Wire["connection"]["stream"][] {
  const clients = new Set<unknown>();
  pool.on("connect", (client) => clients.add(client));
  pool.on("remove", (client) => clients.delete(client));
  return () => [...clients].map((client) => (client as Wire).connection.stream);
}
