/** `paymaster serve`: starts the server, says where it is, and stops it cleanly on SIGTERM or SIGINT. */
import { builtConsole } from "@paymaster/console";
import {
  ConfigError,
  createLogger,
  credentialsPath,
  type Logger,
  type RunningServer,
  readConfig,
  SERVE_HELP,
  startServer,
} from "@paymaster/server";
import { mcpOptions } from "./mcp-endpoint.js";

/** Time to finish what is under way; then the server ends at once. */
const STOP_LIMIT_MS = 20_000;
/** A start that is broken off has nothing to finish but its PostgreSQL. */
const BREAK_OFF_LIMIT_MS = 1_000;
/** One Ctrl-C reaches a child of npm twice: from the terminal and from npm. */
const SAME_SIGNAL_MS = 1_000;
const PARENT_POLL_MS = 250;
/** A closed terminal (SIGHUP) must not leave a PostgreSQL behind either. */
const SIGNALS = ["SIGTERM", "SIGINT", "SIGHUP"] as const;

/** Runs until the server stops; returns the exit code. */
export async function serve(args: readonly string[]): Promise<number> {
  const config = (() => {
    try {
      return readConfig(args, process.env);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      return error;
    }
  })();
  if (config === "help") {
    console.log(SERVE_HELP);
    return 0;
  }
  if (config instanceof ConfigError) {
    console.error(`paymaster serve: ${config.message}\nTry: paymaster serve --help`);
    return 2;
  }
  // Nobody reads any more (a closed terminal, a pipe's end): no reason to stop serving.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
  const { log, flush } = createLogger(config.logFormat);
  process.on("exit", flush);
  const startedMs = performance.now();
  const interruption = new AbortController();
  const signal = untilSignal();
  void signal.then(() => interruption.abort());
  const breakOff = () => setTimeout(() => process.exit(1), BREAK_OFF_LIMIT_MS).unref();
  interruption.signal.addEventListener("abort", breakOff);
  let server: RunningServer;
  try {
    server = await startServer(config, log, {
      mcp: mcpOptions(process.env),
      console: builtConsole(),
      signal: interruption.signal,
    });
  } catch (error) {
    console.error(`paymaster serve: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  }
  interruption.signal.removeEventListener("abort", breakOff);
  const tookMs = performance.now() - startedMs;
  if (config.logFormat === "text") console.log(welcome(server, tookMs));
  else logReady(server, log, tookMs);
  const code = await Promise.race([signal, untilFailure(server.failed)]);
  setTimeout(() => process.exit(1), STOP_LIMIT_MS).unref();
  await server.stop();
  return code;
}

/** Where everything is, and a first call to paste into another terminal. */
function welcome({ origin, dataDir, notices, clock }: RunningServer, tookMs: number): string {
  const file = credentialsPath(dataDir);
  const { kind, ticking } = clock.state;
  const rows = [
    ["console", origin],
    ["API", `${origin}/v2`],
    ["operator's API", `${origin}/admin/v1`],
    ["MCP", `${origin}/mcp`],
    ["documents", `${origin}/openapi.json, ${origin}/postman.json`],
    ["credentials", file],
    ...(kind === "test"
      ? [["test clock", `${clock.now().toISOString()}, ${ticking ? "ticking" : "standing still"}`]]
      : []),
  ];
  const key = `$(node -p ${quote(`require(${JSON.stringify(file)}).api_key`)})`;
  return [
    ...notices,
    readiness(origin, tookMs),
    ...rows.map(([name = "", value]) => `  ${name.padEnd(15)} ${value}`),
    "Try it in another terminal; Ctrl-C stops the server:",
    `  curl -H "Authorization: Bearer ${key}" ${origin}/v2/accounts/me/plans/usage`,
  ].join("\n");
}

function readiness(origin: string, tookMs: number): string {
  return `Paymaster is ready at ${origin} (${(tookMs / 1_000).toFixed(1)} s).`;
}

/** For programs: the same, without the call to paste. */
function logReady(server: RunningServer, log: Logger["log"], tookMs: number): void {
  const { origin, dataDir, notices, clock } = server;
  for (const message of notices) log({ level: "info", message });
  log({
    level: "info",
    message: readiness(origin, tookMs),
    origin,
    credentials_file: credentialsPath(dataDir),
    clock: clock.state.kind,
    service_time: clock.now().toISOString(),
  });
}

/** As one word of a POSIX shell. */
function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** Resolves at the first signal. Another one later ends the process at once. */
function untilSignal(): Promise<number> {
  return new Promise((resolve) => {
    let firstMs: number | undefined;
    const onSignal = () => {
      const nowMs = performance.now();
      firstMs ??= nowMs;
      if (nowMs - firstMs > SAME_SIGNAL_MS) process.exit(1);
      resolve(0);
    };
    for (const name of SIGNALS) process.on(name, onSignal);
    whenLeftByNpm(onSignal);
  });
}

/** The shell between npx and this process dies of a SIGTERM without passing it on. */
function whenLeftByNpm(stop: () => void): void {
  if (process.env.npm_command === undefined || process.platform === "win32") return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    stop();
  }, PARENT_POLL_MS);
  timer.unref();
}

async function untilFailure(failed: Promise<Error>): Promise<number> {
  const error = await failed;
  console.error(`paymaster serve: ${error.message}`);
  return 1;
}
