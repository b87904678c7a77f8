/** A running server: its database, clock, books, HTTP application and background work, and their end. */

import { mkdir } from "node:fs/promises";
import { resolve } from "node:path";
import { registerAdmin } from "./admin/index.js";
import { startScheduler } from "./billing/scheduler.js";
import { checkPricesHold, loadBooks } from "./books.js";
import { Clock } from "./clock.js";
import type { ServerConfig } from "./config.js";
import { type ConsoleFiles, registerConsoleApi, registerConsoleFiles } from "./console/index.js";
import { writeCredentials } from "./credentials-file.js";
import { openDatabase } from "./database/open.js";
import { isUnavailable, OverloadedError } from "./database/pool.js";
import { loadIssuer } from "./e-invoice/issuer.js";
import { createApp, type LogLine } from "./http/app.js";
import { registerDocuments } from "./http/documents.js";
import { registerFrontPage } from "./http/front-page.js";
import { registerHealth } from "./http/health.js";
import { checkAddress, listen } from "./http/listening.js";
import { Authenticator } from "./http/principal.js";
import { followTlsFiles, readTlsFiles } from "./http/tls.js";
import { prepareInstallation } from "./installation.js";
import { createInvoicePdfs } from "./invoice-files.js";
import { createPdfPool } from "./invoice-pdf/pool.js";
import { type McpOptions, registerMcp } from "./mcp-http/index.js";
import { registerOAuth } from "./oauth/token.js";
import { watchBooks } from "./observability/books-watch.js";
import { listenForMetrics, registerMetrics } from "./observability/endpoint.js";
import { createMetrics } from "./observability/metrics.js";
import { createDataDir } from "./postgres/index.js";
import { loadSpecialLimits, RateLimiter } from "./rate-limits/index.js";
import { registerReference } from "./reference/register.js";
import { AccountReads } from "./store/account-reads.js";
import { createIssuers, recordIssuer } from "./store/issuers.js";

export interface RunningServer {
  /** As clients write it, e.g. `https://billing.example.com`. */
  readonly origin: string;
  /** The address that it listens on, e.g. `http://127.0.0.1:8080`. */
  readonly ownOrigin: string;
  readonly dataDir: string;
  /** What a person should be told about this start. */
  readonly notices: readonly string[];
  readonly clock: Clock;
  /** Settles when the server cannot go on, with the reason. */
  readonly failed: Promise<Error>;
  /** Finishes what is under way, then ends everything that was started. */
  stop(): Promise<void>;
}

export type Log = (line: LogLine) => void;

/** What the server takes from whoever starts it, so that it does not depend on it. */
export interface ServerParts {
  /** Speaks MCP at `/mcp`; without it there is no such path. */
  readonly mcp?: McpOptions;
  /** The built console, served at `/`; without it there is a page that says what this is. */
  readonly console?: ConsoleFiles | undefined;
  /** Breaks off a start that waits for its PostgreSQL. */
  readonly signal?: AbortSignal;
}

export async function startServer(
  config: ServerConfig,
  log: Log,
  { mcp, console, signal }: ServerParts = {},
): Promise<RunningServer> {
  const tls = config.tls === null ? null : readTlsFiles(config.tls);
  await checkAddress(config);
  const dataDir = resolve(config.dataDir);
  // PostgreSQL's own user must reach its part of the directory; the secrets have modes of their own.
  if (config.databaseUrl === null) createDataDir(dataDir);
  else await mkdir(dataDir, { recursive: true, mode: 0o700 });
  // Undone in the opposite order, on failure as on stop.
  const endings: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (let end = endings.pop(); end !== undefined; end = endings.pop()) await end();
  };
  try {
    const books = await loadBooks(config);
    const issuer = await loadIssuer(config.issuer);
    const specialLimits = await loadSpecialLimits(config.specialLimits);
    const database = await openDatabase(config, dataDir, log, signal);
    endings.push(() => database.close());
    const { pool } = database;
    const { clock, notice } = await Clock.open(pool, config.testClock);
    checkPricesHold(books, clock.today());
    endings.push(() => clock.heartbeat().catch(() => undefined));
    await recordIssuer(pool, issuer, clock.now());
    const issuers = createIssuers(pool);
    const installation = await prepareInstallation({ pool, clock, books, config, dataDir, log });
    // Another process may have made the world meanwhile, and set the clock going.
    await clock.heartbeat();
    const pdfPool = createPdfPool();
    endings.push(() => pdfPool.close());
    const authenticator = new Authenticator(pool, clock);
    const metrics = createMetrics();
    const booksWatch = watchBooks(pool, config.checkBooksMinutes, log);
    endings.push(() => booksWatch.stop());
    metrics.watch({ pool, pdfPool, books: booksWatch });
    const rateLimiter = new RateLimiter({
      pool,
      clock,
      counts: metrics.quotas,
      enabled: config.rateLimits,
      profile: config.profile,
      specialLimits,
    });
    endings.push(() => rateLimiter.close());
    const services = {
      pool,
      accounts: new AccountReads(pool),
      clock,
      books: () => books,
      profile: config.profile,
      pdfs: createInvoicePdfs(pool, pdfPool, issuers),
    };
    const { requestLog, corsOrigins, trustedProxies } = config;
    const app = createApp({
      services,
      authenticator,
      rateLimiter,
      log,
      metrics,
      requestLog,
      corsOrigins,
      trustedProxies,
      tls,
    });
    endings.push(() => app.close());
    if (config.tls !== null) followTlsFiles(app, config.tls, log);
    let origin = "";
    let ownOrigin = "";
    registerOAuth(app, { pool, clock, authenticator, apiUrl: () => origin });
    registerAdmin(app, {
      pool,
      clock,
      books: () => books,
      authenticator,
      rateLimiter,
      issuers,
      booksWatch,
      log,
    });
    registerDocuments(app, config.profile);
    registerConsoleApi(app, { pool, profile: config.profile, rateLimits: config.rateLimits });
    if (console === undefined) registerFrontPage(app, config.profile);
    else await registerConsoleFiles(app, console);
    registerReference(app);
    registerHealth(app, pool);
    registerMetrics(app, metrics, pool);
    const mcpRoute = { authenticator, pool, clock, config, dataDir, origin: () => ownOrigin, log };
    if (mcp !== undefined) registerMcp(app, { mcp, ...mcpRoute });
    ({ origin, ownOrigin } = await listen(app, config));
    if (config.metricsAddress !== null) {
      const listener = await listenForMetrics(metrics, config.metricsAddress);
      endings.push(() => listener.close());
      log({ level: "info", message: "Metrics are told without a key", url: listener.url });
    }
    await writeCredentials(dataDir, origin, installation.secrets);
    const reachability = tellReachability(log);
    const scheduler = startScheduler({
      pool,
      clock,
      books: () => books,
      log,
      heartbeat: async () => {
        await clock.heartbeat();
        reachability.up();
      },
      onError: (error) => {
        if (isUnavailable(error)) reachability.down(error);
        else log({ level: "warn", message: "Background work failed", error: String(error) });
      },
    });
    endings.push(() => scheduler.stop());
    const notices = [notice, ...installation.notices].filter((line) => line !== null);
    return { origin, ownOrigin, dataDir, notices, clock, failed: database.failed, stop };
  } catch (error) {
    await stop().catch(() => undefined);
    throw error;
  }
}

/** Says once that the database is away or overloaded, and once that it is back. */
function tellReachability(log: Log) {
  let isUp = true;
  return {
    up() {
      if (!isUp) log({ level: "info", message: "The database answers again." });
      isUp = true;
    },
    down(error: unknown) {
      const message =
        error instanceof OverloadedError
          ? "Background work waits: the database has more to do than this server lets wait for it."
          : "The database does not answer; requests get 503 until it does.";
      if (isUp) log({ level: "warn", message, error: String(error) });
      isUp = false;
    },
  };
}
