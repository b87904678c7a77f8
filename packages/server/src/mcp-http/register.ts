/**
 * The route `/mcp`, checked in this order: from where the request comes, whose token it carries, how
 * long it is. Refusals are JSON-RPC errors, as an MCP client expects them.
 */
import { join } from "node:path";
import { commonErrors, type WireProfile } from "@paymaster/contract";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { ServiceClock } from "../clock.js";
import { isUnavailable, type Pool } from "../database/pool.js";
import { RETRY_SECONDS } from "../http/answer-error.js";
import { bearerToken } from "../http/authorize.js";
import type { Authenticator, Principal } from "../http/principal.js";
import type { Log } from "../server.js";
import type { McpCaller, McpEndpoint, McpOptions } from "./endpoint.js";
import { createOriginCheck } from "./origins.js";
import { listenOnLoopback, type OwnListener } from "./own-listener.js";
import { createMcpSpending } from "./spending.js";

export interface McpRouteOptions {
  readonly mcp: McpOptions;
  readonly authenticator: Authenticator;
  readonly pool: Pool;
  readonly clock: ServiceClock;
  readonly config: {
    readonly host: string;
    readonly profile: WireProfile;
    readonly rateLimits: boolean;
    readonly tls: unknown;
    readonly publicUrl: string | null;
  };
  readonly dataDir: string;
  /** Known once the server listens. */
  readonly origin: () => string;
  readonly log: Log;
}

/** The largest documented request has a few kilobytes; a message of the protocol carries one. */
const MAX_BODY_BYTES = 256 * 1024;

export function registerMcp(app: FastifyInstance, options: McpRouteOptions): void {
  const { mcp, authenticator, config } = options;
  const publicHosts = config.publicUrl === null ? [] : [new URL(config.publicUrl).hostname];
  const refusalOf = createOriginCheck(config.host, [...mcp.hosts, ...publicHosts]);
  let endpoint: Promise<McpEndpoint> | undefined;
  let ownListener: OwnListener | undefined;

  function load(): Promise<McpEndpoint> {
    endpoint ??= create();
    return endpoint;
  }

  async function create(): Promise<McpEndpoint> {
    if (config.tls !== null) ownListener = await listenOnLoopback(app);
    return mcp.create({
      baseUrl: `${ownListener?.origin ?? options.origin()}/v2`,
      profile: config.profile,
      hasQuotas: config.rateLimits,
      serviceNow: () => options.clock.nowMs(),
      auditFile: join(options.dataDir, "mcp-audit.jsonl"),
      log: (line) => options.log({ level: "warn", message: line }),
    });
  }

  // Before the server waits for its connections: a client may keep a stream open for days.
  app.addHook("preClose", async () => {
    await (await endpoint?.catch(() => undefined))?.close();
    ownListener?.close();
  });
  app.register(async (scope) => {
    acceptJson(scope);
    scope.setErrorHandler((error, request, reply) => {
      if (isUnavailable(error)) {
        reply.header("retry-after", String(RETRY_SECONDS));
        return refuse(reply, 503, commonErrors.unavailable.message);
      }
      const { statusCode = 500 } = error as { statusCode?: number };
      if (statusCode >= 500) {
        const details = { tracking_id: request.id, error: String(error) };
        options.log({ level: "error", message: "The MCP endpoint failed", ...details });
      }
      return refuse(reply, statusCode, statusCode === 413 ? TOO_LONG : "Internal error");
    });
    scope.all("/mcp", {
      bodyLimit: MAX_BODY_BYTES,
      onRequest: async (request, reply) => {
        const { host, origin } = request.headers;
        const refusal = refusalOf({ host, origin });
        if (refusal !== undefined) return refuse(reply, 403, refusal);
        const token = bearerToken(request.headers.authorization);
        const known = token === null ? undefined : await authenticator.authenticate(token);
        if (known?.outcome !== "known") return refuseToken(reply, known?.outcome === "expired");
        request.principal = known.principal;
      },
      handler: async (request, reply) => {
        const caller = callerOf(request, options.pool);
        if (request.method === "POST" && request.body === undefined) {
          return refuse(reply, 400, "The request is no JSON.", PARSE_ERROR);
        }
        const loaded = await load();
        reply.hijack();
        await loaded.handle(request.raw, reply.raw, request.body, caller);
      },
    });
  });
}

/** A body that is no JSON becomes undefined: the route answers that in the protocol's terms. */
function acceptJson(scope: FastifyInstance): void {
  const parseJson = scope.getDefaultJsonParser("error", "error");
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser("*", { parseAs: "string" }, (request, body, done) => {
    parseJson(request, body.toString(), (error, value) =>
      done(null, error === null ? value : undefined),
    );
  });
}

function callerOf(request: FastifyRequest, pool: Pool): McpCaller {
  const principal: Principal | null = request.principal;
  const token = bearerToken(request.headers.authorization);
  if (principal === null || token === null)
    throw new Error("A route was reached without its caller.");
  const { accountId, actor } = principal;
  return { token, accountId, actor, spending: createMcpSpending(pool, principal) };
}

const SERVER_ERROR = -32_000;
const PARSE_ERROR = -32_700;
const TOO_LONG = `A request may have ${MAX_BODY_BYTES} bytes.`;

function refuseToken(reply: FastifyReply, isExpired: boolean): FastifyReply {
  reply.header("www-authenticate", 'Bearer realm="paymaster", error="invalid_token"');
  return refuse(
    reply,
    401,
    isExpired
      ? "The access token is expired: obtain a new one."
      : "Send an API key or an access token of an account as Authorization: Bearer <token>.",
  );
}

function refuse(
  reply: FastifyReply,
  status: number,
  message: string,
  code: number = SERVER_ERROR,
): FastifyReply {
  return reply
    .code(status)
    .type("application/json")
    .send(JSON.stringify({ jsonrpc: "2.0", error: { code, message }, id: null }));
}
