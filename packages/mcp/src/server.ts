/** The MCP server: tools over a client, without a transport. */
import { randomUUID } from "node:crypto";
import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import {
  CallToolRequestSchema,
  ErrorCode,
  ListToolsRequestSchema,
  McpError,
} from "@modelcontextprotocol/sdk/types.js";
import type { PaymasterClient, Preview } from "@paymaster/client";
import type { WireProfile } from "@paymaster/contract";
import { callTool, type ToolServices } from "./call-tool.js";
import type { McpConfig } from "./config.js";
import { createConfirmations } from "./confirmation.js";
import { offerTools, type Tool } from "./tools.js";
import { createValidators } from "./validators.js";
import { packageVersion } from "./version.js";

export interface McpServerOptions {
  /** Offer the tools that change something. Default false. */
  readonly allowWrites?: boolean | undefined;
  /** Generation of the API that the service speaks. Default 2021. */
  readonly profile?: WireProfile | undefined;
  /** How messages name the place of the credential. */
  readonly credentialOrigin?: string | undefined;
  /** For what the person who runs the server should know. */
  readonly log?: ((line: string) => void) | undefined;
  readonly now?: (() => number) | undefined;
}

/**
 * @param config which tools to offer; its `server` and `authentication` are the client's business
 * @returns a server to connect to a transport
 */
export function createMcpServer(
  config: McpConfig,
  client: PaymasterClient,
  options: McpServerOptions = {},
): Server {
  const { allowWrites = false, profile = "2021", now = Date.now } = options;
  const offered = offerTools(config, { allowWrites, profile });
  for (const warning of offered.warnings) options.log?.(warning);
  const services: ToolServices = {
    client,
    confirmations: createConfirmations<Preview>(now, randomUUID),
    validators: createValidators(),
    credentialOrigin: options.credentialOrigin ?? "the configuration",
    now,
  };
  // The low-level server: the tools' schemas are JSON Schema already, and theirs would be zod.
  const server = new Server(
    { name: "paymaster", title: "Paymaster", version: packageVersion() },
    { capabilities: { tools: {} }, instructions: instructions(allowWrites) },
  );
  server.setRequestHandler(ListToolsRequestSchema, () => ({
    tools: Array.from(offered.tools.values(), describeTool),
  }));
  server.setRequestHandler(CallToolRequestSchema, (request, extra) => {
    const tool = offered.tools.get(request.params.name);
    if (tool === undefined) {
      throw new McpError(ErrorCode.InvalidParams, `no tool is called ${request.params.name}`);
    }
    return callTool(tool, request.params.arguments ?? {}, services, extra.signal);
  });
  return server;
}

function describeTool({ name, title, description, inputSchema, outputSchema, annotations }: Tool) {
  return { name, title, description, inputSchema, outputSchema, annotations };
}

function instructions(allowWrites: boolean): string {
  const reading =
    "Billing of a master account and its sub accounts: plans, usage, invoices. `accountId` is a sub " +
    "account's id, or `me` for the caller's own account. Quotas are tight (invoices of an account: " +
    "once in five minutes, six times a day): keep what you have read, and do not poll.";
  return allowWrites
    ? `${reading} Tools that change plans cost money; they work in two steps, and a person decides.`
    : reading;
}
