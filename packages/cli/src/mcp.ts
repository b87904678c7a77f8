/** `paymaster mcp`: the MCP server over standard input and output. */
import { parseArgs } from "node:util";
import type { WireProfile } from "@paymaster/contract";
import {
  ConfigError,
  configForService,
  type LoadedConfig,
  loadConfig,
  parseLimit,
  SpendingLimitError,
  startStdioServer,
} from "@paymaster/mcp";
import { DEFAULT_CREDENTIALS_FILE } from "./credentials.js";
import { readCredentialsFile } from "./credentials-file.js";
import { EXIT, UsageError } from "./exit-codes.js";

export const MCP_HELP = `Usage: paymaster mcp [options]

An MCP server over standard input and output, for an assistant to start.

  --config FILE    server.url, authentication and operations, as generated servers have them;
                   else CONFIG_PATH names the file, or CONFIG holds it as JSON;
                   else PAYMASTER_TOKEN and PAYMASTER_BASE_URL, or ./.paymaster/credentials.json
                   of a local server: all billing tools
  --allow-writes   offer the tools that change plans, in two steps with a confirmation
  --max-per-call AMOUNT
  --max-per-day AMOUNT
                   what one change, and all changes of a day of the service, may have invoiced at
                   once: 500, 500.50USD or 500USD,400EUR; no currency means USD, and a currency
                   without an amount may not be spent. Default: no limit
  --audit FILE     one line of JSON for each call; default mcp-audit.jsonl in the state folder
  --profile        generation of the API that the service speaks; default 2021

  SECURITY         one authentication entry as JSON, in place of those of the configuration
  PAYMASTER_STATE_DIR
                   the state folder: audit and spent amounts; default ~/.local/state/paymaster

A server (paymaster serve) also speaks MCP over HTTP, at /mcp.
`;

/** @returns the exit code, when the assistant has closed the connection */
export async function mcp(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      config: { type: "string" },
      "allow-writes": { type: "boolean" },
      "max-per-call": { type: "string" },
      "max-per-day": { type: "string" },
      audit: { type: "string" },
      profile: { type: "string" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help === true) {
    process.stdout.write(MCP_HELP);
    return 0;
  }
  const profile = values.profile ?? "2021";
  if (!isProfile(profile)) throw new UsageError(`--profile: expected 2021 or 2026, got ${profile}`);
  const allowWrites = values["allow-writes"] ?? false;
  try {
    const loaded = loadConfig(values.config, process.env) ?? localService();
    const environment = process.env;
    const server = await startStdioServer({
      loaded,
      environment,
      allowWrites,
      profile,
      limits: {
        perCall: readLimit("--max-per-call", values["max-per-call"]),
        perDay: readLimit("--max-per-day", values["max-per-day"]),
      },
      auditFile: values.audit,
    });
    await server.closed;
    return EXIT.done;
  } catch (error) {
    const isUsage = error instanceof ConfigError || error instanceof SpendingLimitError;
    throw isUsage ? new UsageError(error.message) : error;
  }
}

function readLimit(name: string, text: string | undefined) {
  return text === undefined ? undefined : parseLimit(text, name);
}

function isProfile(text: string): text is WireProfile {
  return text === "2021" || text === "2026";
}

/** The service of the other commands' variables, else that of this folder's `paymaster serve`. */
function localService(): LoadedConfig {
  const { PAYMASTER_TOKEN: token, PAYMASTER_BASE_URL: url } = process.env;
  if (token !== undefined && token !== "" && url !== undefined && url !== "") {
    return { config: configForService(url, token), credentialOrigin: "PAYMASTER_TOKEN" };
  }
  const file = process.env.PAYMASTER_CREDENTIALS ?? DEFAULT_CREDENTIALS_FILE;
  const { base_url, api_key, account_id } = readCredentialsFile(file) ?? {};
  if (base_url !== undefined && api_key !== undefined) {
    const config = configForService(base_url, api_key);
    return { config, credentialOrigin: file, accountId: account_id };
  }
  throw new UsageError(
    `no configuration: give --config FILE, set CONFIG_PATH or CONFIG, or have ${file}`,
  );
}
