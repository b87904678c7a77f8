/** The server over standard input and output. Standard output carries the protocol, nothing else. */

import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { createClient } from "@paymaster/client";
import type { WireProfile } from "@paymaster/contract";
import { authenticationOf, type Environment } from "./credentials.js";
import type { LoadedConfig } from "./load-config.js";
import { createMcpServer } from "./server.js";

export interface StdioServerOptions {
  readonly loaded: LoadedConfig;
  readonly environment: Environment;
  readonly allowWrites?: boolean | undefined;
  readonly profile?: WireProfile | undefined;
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
  const { config, credentialOrigin } = options.loaded;
  const { authentication, warning } = authenticationOf(
    config.authentication[0],
    options.environment,
  );
  if (warning !== undefined) log(warning);
  if (config.authentication.length > 1) log("only the first authentication entry is used");
  const client = createClient({
    baseUrl: config.server.url,
    authentication,
    hooks: { onRetry: ({ operation, waitMs }) => log(`${operation}: again in ${waitMs} ms`) },
  });
  const { allowWrites, profile } = options;
  const server = createMcpServer(config, client, { allowWrites, profile, credentialOrigin, log });
  const transport = new StdioServerTransport();
  const closed = new Promise<void>((resolve) => {
    server.onclose = resolve;
  });
  // The transport does not notice by itself that the assistant has gone.
  process.stdin.once("end", () => void server.close());
  await server.connect(transport);
  return { closed, close: () => server.close() };
}
