/** `paymaster serve`: starts the server, says where it is, and stops it cleanly on SIGTERM or SIGINT. */
import {
  ConfigError,
  credentialsPath,
  type Log,
  readConfig,
  SERVE_HELP,
  startServer,
} from "@paymaster/server";
import { mcpOptions } from "./mcp-endpoint.js";

/** After a first signal the server has this long to finish; a second signal ends it at once. */
const STOP_LIMIT_MS = 20_000;

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
    console.error(`paymaster serve: ${config.message}\nTry paymaster serve --help.`);
    return 2;
  }
  const startedMs = performance.now();
  let server: Awaited<ReturnType<typeof startServer>>;
  try {
    server = await startServer(config, log, { mcp: mcpOptions(process.env) });
  } catch (error) {
    console.error(`paymaster serve: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  }
  for (const notice of server.notices) console.log(notice);
  const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1);
  console.log(`Paymaster is ready at ${server.origin} (${seconds} s).`);
  console.log(`Credentials: ${credentialsPath(server.dataDir)}`);
  const code = await Promise.race([untilSignal(), untilFailure(server.failed)]);
  const limit = setTimeout(() => process.exit(1), STOP_LIMIT_MS);
  await server.stop();
  clearTimeout(limit);
  return code;
}

/** One line for each event: people read them at the terminal, and programs can. */
const log: Log = ({ level, message, ...details }) => {
  const text =
    Object.keys(details).length === 0 ? message : `${message} ${JSON.stringify(details)}`;
  if (level === "info") console.log(text);
  else console.error(`${level}: ${text}`);
};

function untilSignal(): Promise<number> {
  return new Promise((resolve) => {
    let signals = 0;
    const onSignal = () => {
      signals += 1;
      if (signals > 1) process.exit(1);
      resolve(0);
    };
    process.on("SIGTERM", onSignal);
    process.on("SIGINT", onSignal);
  });
}

async function untilFailure(failed: Promise<Error>): Promise<number> {
  const error = await failed;
  console.error(`paymaster serve: ${error.message}`);
  return 1;
}
