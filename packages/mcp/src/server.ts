/** The MCP server: tools, resources and prompts over a client, without a transport. */
import { randomUUID } from "node:crypto";
import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import {
  CallToolRequestSchema,
  type CallToolResult,
  CompleteRequestSchema,
  ErrorCode,
  GetPromptRequestSchema,
  ListPromptsRequestSchema,
  ListResourcesRequestSchema,
  ListResourceTemplatesRequestSchema,
  ListToolsRequestSchema,
  McpError,
  ReadResourceRequestSchema,
} from "@modelcontextprotocol/sdk/types.js";
import type { Preview } from "@paymaster/client";
import type { WireProfile } from "@paymaster/contract";
import type { AuditLog } from "./audit.js";
import { callTool } from "./call-tool.js";
import { createCompletions } from "./completions.js";
import type { McpConfig } from "./config.js";
import { type Confirmations, createConfirmations } from "./confirmation.js";
import { createClientLog } from "./logging.js";
import { pageOf } from "./pages.js";
import { getPrompt, offerPrompts } from "./prompts.js";
import type { WalkLimits } from "./reports/fleet.js";
import { createReader, type Reader } from "./reports/reader.js";
import { offerResources, readResource } from "./resources.js";
import { type Caller, type RequestSurroundings, serveRequest } from "./serve-request.js";
import type { ServiceClient } from "./service-client.js";
import { NO_LIMITS, type Spending } from "./spending.js";
import type { ToolServices } from "./tool-outcome.js";
import { offerTools, type Tool } from "./tools.js";
import { createValidators, type Validators } from "./validators.js";
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
  /** Default: no limits. */
  readonly spending?: Spending | undefined;
  /** Default: nothing is recorded. */
  readonly audit?: AuditLog | undefined;
  /** Who calls, where several may. */
  readonly caller?: Caller | undefined;
  /** Shared by the sessions of one caller; each server has its own otherwise. */
  readonly confirmations?: Confirmations<Preview> | undefined;
  /** Compiled schemas, shared by servers that offer the same. */
  readonly validators?: Validators | undefined;
  /** How much a report over all sub accounts may read. */
  readonly reportLimits?: WalkLimits | undefined;
}

/**
 * @param config which tools to offer; its `server` and `authentication` are the client's business
 * @param client with the hooks of `callHooks`, for progress and audit to be complete
 * @returns a server to connect to a transport
 */
export function createMcpServer(
  config: McpConfig,
  client: ServiceClient,
  options: McpServerOptions = {},
): Server {
  const { allowWrites = false, profile = "2021", now = Date.now } = options;
  const offered = offerTools(config, { allowWrites, profile });
  for (const warning of offered.warnings) options.log?.(warning);
  const credentialOrigin = options.credentialOrigin ?? "the configuration";
  const services: ToolServices = {
    client,
    confirmations: options.confirmations ?? createConfirmations<Preview>(now, randomUUID),
    spending: options.spending ?? { limits: NO_LIMITS, store: undefined },
    validators: options.validators ?? createValidators(),
    credentialOrigin,
    now,
  };
  const reader = createReader({
    client,
    credentialOrigin,
    offered: new Set(config.operations.map(({ name }) => name)),
  });
  // The low-level server: the tools' schemas are JSON Schema already, and theirs would be zod.
  const server = new Server(
    { name: "paymaster", title: "Paymaster", version: packageVersion() },
    {
      capabilities: { tools: {}, resources: {}, prompts: {}, completions: {}, logging: {} },
      instructions: instructions(allowWrites),
    },
  );
  const clientLog = createClientLog(server);
  server.oninitialized = () => {
    for (const warning of offered.warnings) clientLog("info", warning);
  };
  const surroundings = { server, audit: options.audit, caller: options.caller, clientLog };
  handleTools(surroundings, offered.tools, services);
  handleResources(surroundings, reader, options.reportLimits);
  handlePrompts(surroundings, reader, options.reportLimits);
  return server;
}

function handleTools(
  surroundings: RequestSurroundings,
  tools: ReadonlyMap<string, Tool>,
  services: ToolServices,
): void {
  const { server } = surroundings;
  const described = Array.from(tools.values(), describeTool);
  server.setRequestHandler(ListToolsRequestSchema, ({ params }) => {
    const { items, nextCursor } = pageOf(described, params?.cursor);
    return { tools: [...items], nextCursor };
  });
  server.setRequestHandler(CallToolRequestSchema, ({ params }, extra) => {
    const given = params.arguments ?? {};
    const asked = { kind: "tool", name: params.name, arguments: given } as const;
    return serveRequest<CallToolResult>(asked, extra, surroundings, async (working) => {
      const tool = tools.get(params.name);
      if (tool === undefined) {
        throw new McpError(ErrorCode.InvalidParams, `no tool is called ${params.name}`);
      }
      const { signal, record } = working;
      const recordStart = (cost: object) => record({ outcome: "started", ...cost });
      const call = { tool, arguments: given, signal, recordStart };
      const { result, ...ending } = await callTool(call, services);
      return { answer: result, ending: { ...ending, problem: problemOf(result) } };
    });
  });
}

const MAX_PROBLEM_LENGTH = 300;

function problemOf({ isError, content }: CallToolResult): string | undefined {
  const [first] = content;
  return isError === true && first?.type === "text"
    ? first.text.slice(0, MAX_PROBLEM_LENGTH)
    : undefined;
}

function handleResources(
  surroundings: RequestSurroundings,
  reader: Reader,
  limits: WalkLimits | undefined,
): void {
  const { server } = surroundings;
  const { resources, templates } = offerResources(reader);
  server.setRequestHandler(ListResourcesRequestSchema, ({ params }) => {
    const { items, nextCursor } = pageOf(resources, params?.cursor);
    return { resources: [...items], nextCursor };
  });
  server.setRequestHandler(ListResourceTemplatesRequestSchema, ({ params }) => {
    const { items, nextCursor } = pageOf(templates, params?.cursor);
    return { resourceTemplates: [...items], nextCursor };
  });
  server.setRequestHandler(ReadResourceRequestSchema, ({ params }, extra) => {
    const asked = { kind: "resource", name: params.uri, arguments: {} } as const;
    return serveRequest(asked, extra, surroundings, async ({ signal, progress }) => ({
      answer: await readResource(params.uri, { reader, signal, progress, limits }),
      ending: { outcome: "ok" },
    }));
  });
}

function handlePrompts(
  surroundings: RequestSurroundings,
  reader: Reader,
  limits: WalkLimits | undefined,
): void {
  const { server } = surroundings;
  const prompts = offerPrompts(reader);
  server.setRequestHandler(ListPromptsRequestSchema, ({ params }) => {
    const { items, nextCursor } = pageOf(prompts, params?.cursor);
    return { prompts: items.map((one) => ({ ...one, arguments: [...one.arguments] })), nextCursor };
  });
  server.setRequestHandler(GetPromptRequestSchema, ({ params }, extra) => {
    const given = params.arguments ?? {};
    const asked = { kind: "prompt", name: params.name, arguments: given } as const;
    return serveRequest(asked, extra, surroundings, async ({ signal, progress }) => ({
      answer: await getPrompt(params.name, given, { reader, signal, progress, limits }),
      ending: { outcome: "ok" },
    }));
  });
  const complete = createCompletions(reader);
  server.setRequestHandler(CompleteRequestSchema, async ({ params }, extra) => {
    const { name, value } = params.argument;
    const asked = { kind: "completion", name, arguments: { value } } as const;
    const values = await serveRequest(asked, extra, surroundings, async ({ signal }) => ({
      answer: await complete(name, value, signal),
      ending: { outcome: "ok" },
    }));
    return { completion: values };
  });
}

function describeTool({ name, title, description, inputSchema, outputSchema, annotations }: Tool) {
  return { name, title, description, inputSchema, outputSchema, annotations };
}

function instructions(allowWrites: boolean): string {
  const reading =
    "Billing of a master account and its sub accounts: plans, usage, invoices. `accountId` is a sub " +
    "account's id, or `me` for the caller's own account; the resource paymaster://accounts lists them. " +
    "Quotas are tight (invoices of an account: once in five minutes, six times a day): keep what you " +
    "have read, do not poll, and do not call again before the time that an error names.";
  return allowWrites
    ? `${reading} Tools that change plans cost money; they work in two steps, and a person decides.`
    : reading;
}
