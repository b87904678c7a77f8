/** The server over standard input and output. Standard output carries the protocol, nothing else. */
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { createQuotaPlanner } from "@paymaster/client";
import { quotaFile, sharedQuotaStore, stateFolder } from "@paymaster/client/node";
import type { WireProfile } from "@paymaster/contract";
import { createAuditLog } from "./audit.js";
import { callHooks } from "./call-context.js";
import { authenticationOf, type Environment, resolveSecret } from "./credentials.js";
import type { LoadedConfig } from "./load-config.js";
import { createMcpServer } from "./server.js";
import { createServiceClient } from "./service-client.js";
import { NO_LIMITS, type SpendingLimits } from "./spending.js";
import { createSpendingFiles } from "./spending-files.js";
import { defaultAuditFile, spendingFolder } from "./state-folder.js";

export interface StdioServerOptions {
  readonly loaded: LoadedConfig;
  readonly environment: Environment;
  readonly allowWrites?: boolean | undefined;
  readonly profile?: WireProfile | undefined;
  /** Default: none. */
  readonly limits?: SpendingLimits | undefined;
  /** Default: `mcp-audit.jsonl` in the state folder. */
  readonly auditFile?: string | undefined;
  readonly log?: ((line: string) => void) | undefined;
}

export interface RunningServer {
  /** Settles when the assistant closed the connection or `close` was called. */
  readonly closed: Promise<void>;
  close(): Promise<void>;
}

/** @throws ConfigError before anything is read from standard input */
export async function startStdioServer(options: StdioServerOptions): Promise<RunningServer> {
  const log = options.log ?? ((line) => void process.stderr.write(`paymaster mcp: ${line}\n`));
  const { environment, allowWrites, profile, limits = NO_LIMITS } = options;
  const { config, credentialOrigin } = options.loaded;
  const [entry] = config.authentication;
  const { authentication, warning } = authenticationOf(entry, environment);
  if (warning !== undefined) log(warning);
  if (config.authentication.length > 1) log("only the first authentication entry is used");
  const state = stateFolder(environment);
  const secrets = secretsOf(entry?.value, environment);
  const accountId = entry?.schema_parameters.account_id ?? options.loaded.accountId;
  const caller = { accountId, credential: secrets[0] };
  const quotas = quotaFile(state, config.server.url, caller);
  const quota = createQuotaPlanner({ profile, store: sharedQuotaStore(quotas, log) });
  const client = createServiceClient({
    baseUrl: config.server.url,
    authentication,
    quota,
    hooks: callHooks(log),
  });
  const file = options.auditFile ?? defaultAuditFile(state);
  const audit = createAuditLog({ file, now: Date.now, secrets, log });
  const store = createSpendingFiles(spendingFolder(state, client.baseUrl));
  const server = createMcpServer(config, client, {
    allowWrites,
    profile,
    credentialOrigin,
    log,
    audit,
    spending: { limits, store },
  });
  const transport = new StdioServerTransport();
  const closed = new Promise<void>((resolve) => {
    server.onclose = () => void quota.close().finally(resolve);
  });
  // The transport does not notice by itself that the assistant has gone.
  process.stdin.once("end", () => void server.close());
  await server.connect(transport);
  return { closed, close: () => server.close() };
}

/** The credential and, of a pair, its secret half. */
function secretsOf(value: string | undefined, environment: Environment): readonly string[] {
  const secret = value === undefined ? undefined : resolveSecret(value, environment);
  if (secret === undefined) return [];
  const half = secret.slice(secret.indexOf(":") + 1);
  return half === secret ? [secret] : [secret, half];
}
