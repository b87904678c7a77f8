/**
 * The MCP server over streamable HTTP, for whatever HTTP server it is put into. That server knows who
 * calls; each session acts with the caller's own token against the service, and with no other right.
 */
import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AuthInfo } from "@modelcontextprotocol/sdk/server/auth/types.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { isInitializeRequest } from "@modelcontextprotocol/sdk/types.js";
import {
  type Authentication,
  AuthenticationError,
  createQuotaPlanner,
  type Preview,
  type QuotaPlanner,
} from "@paymaster/client";
import type { WireProfile } from "@paymaster/contract";
import { createAuditLog } from "../audit.js";
import { callHooks, currentCall } from "../call-context.js";
import { type Confirmations, createConfirmations } from "../confirmation.js";
import { configForService } from "../load-config.js";
import { createMcpServer } from "../server.js";
import { createServiceClient, type ServiceClient } from "../service-client.js";
import { SpendingLimitError, type SpendingStore } from "../spending.js";
import { createValidators } from "../validators.js";
import { createKnown } from "./known.js";
import { readSessionOptions, SessionOptionError, type SessionOptions } from "./session-options.js";
import {
  createSessions,
  newSessionId,
  SESSION_LIMITS,
  type Session,
  type SessionLimits,
} from "./sessions.js";

/** Who calls, as the HTTP server has found out from the token. */
export interface HttpCaller {
  readonly token: string;
  readonly accountId: string;
  /** The credential without its secret, e.g. `key:<id>`. */
  readonly actor: string;
  /** What the account spent on each day. */
  readonly spending: SpendingStore;
}

export interface HttpEndpointOptions {
  /** Of the service's API, e.g. `http://127.0.0.1:8080/v2`. */
  readonly baseUrl: string;
  readonly profile: WireProfile;
  readonly auditFile: string;
  /** Whether the service has quotas; calls are then planned. */
  readonly hasQuotas: boolean;
  /** The service's time in milliseconds since 1970. */
  readonly serviceNow: () => number;
  readonly log: (line: string) => void;
  readonly limits?: Partial<SessionLimits> | undefined;
}

export interface HttpEndpoint {
  readonly sessions: number;
  /**
   * Answers a request whose caller is known; never rejects.
   * @param body parsed JSON; undefined when the method has none
   */
  handle(
    request: IncomingMessage,
    response: ServerResponse,
    body: unknown,
    caller: HttpCaller,
  ): Promise<void>;
  /** Ends all sessions, and with them the streams that clients keep open. */
  close(): Promise<void>;
}

/** What the sessions of one account share: a new session is no new quota. */
interface Service {
  readonly client: ServiceClient;
  readonly quota: QuotaPlanner | undefined;
}

const SWEEP_MS = 60_000;
/** Of accounts and of credentials; those not seen for longest are forgotten. */
const MAX_KNOWN = 1_000;

export function createHttpEndpoint(options: HttpEndpointOptions): HttpEndpoint {
  const limits = { ...SESSION_LIMITS, ...options.limits };
  const monotonicMs = () => performance.now();
  const sessions = createSessions(limits, monotonicMs);
  const sweep = setInterval(() => sessions.sweep(), Math.min(SWEEP_MS, limits.idleMs));
  sweep.unref();
  const validators = createValidators();
  const services = createKnown<Service>(MAX_KNOWN, (one) => void one.quota?.close());
  // A confirmation outlives its session: some clients open one for each call.
  const confirmations = createKnown<Confirmations<Preview>>(MAX_KNOWN, () => {});
  const { auditFile: file, log } = options;
  const audit = createAuditLog({ file, now: Date.now, log });

  async function begin(caller: HttpCaller, session: SessionOptions): Promise<Session> {
    const owner = ownerOf(caller);
    const { client } = services.get(caller.accountId, () => createService(options));
    const server = createMcpServer(configForService(options.baseUrl, "the caller's"), client, {
      allowWrites: session.allowWrites,
      profile: options.profile,
      credentialOrigin: "the Authorization header",
      audit,
      caller: { accountId: caller.accountId, actor: caller.actor },
      spending: { limits: session.limits, store: caller.spending },
      confirmations: confirmations.get(owner, () => createConfirmations(Date.now, randomUUID)),
      validators,
    });
    const id = newSessionId();
    const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: () => id });
    const added = sessions.add({ owner, accountId: caller.accountId, server, transport }, id);
    await server.connect(transport);
    return added;
  }

  async function route(
    request: IncomingMessage,
    response: ServerResponse,
    body: unknown,
    caller: HttpCaller,
  ): Promise<void> {
    const id = request.headers["mcp-session-id"];
    if (typeof id === "string") {
      const session = sessions.find(id, ownerOf(caller));
      // The protocol's word for: begin a new session.
      if (session === undefined) return refuse(response, 404, -32_001, "Session not found");
      return serve(session, request, response, body, caller);
    }
    if (request.method !== "POST" || !isInitializeRequest(body)) {
      return refuse(response, 400, -32_000, "A session begins with an initialize request.");
    }
    const query = new URL(request.url ?? "", "http://localhost").searchParams;
    const wanted = readSessionOptions(query);
    if (!sessions.admit(caller.accountId)) {
      response.setHeader("retry-after", "30");
      return refuse(
        response,
        503,
        -32_000,
        "Too many sessions are busy. Try again in half a minute.",
      );
    }
    const session = await begin(caller, wanted);
    await serve(session, request, response, body, caller);
    // E.g. a client that does not accept event streams: it has not learned the session's id.
    if (response.statusCode >= 400) await sessions.end(session);
  }

  async function serve(
    session: Session,
    request: IncomingMessage,
    response: ServerResponse,
    body: unknown,
    caller: HttpCaller,
  ): Promise<void> {
    const isPost = request.method === "POST";
    if (isPost && session.requests >= limits.maxRequests) {
      return refuse(response, 429, -32_000, "This session has too many requests under way.");
    }
    const { quota } = services.get(caller.accountId, () => createService(options));
    quota?.showServiceTime(options.serviceNow());
    session.open += 1;
    session.requests += isPost ? 1 : 0;
    response.once("close", () => {
      session.open -= 1;
      session.requests -= isPost ? 1 : 0;
      session.lastUsedMs = monotonicMs();
    });
    await session.transport.handleRequest(withAuth(request, caller), response, body);
  }

  return {
    get sessions() {
      return sessions.size;
    },
    async handle(request, response, body, caller) {
      try {
        await route(request, response, body, caller);
      } catch (error) {
        if (error instanceof SessionOptionError || error instanceof SpendingLimitError) {
          return refuse(response, 400, -32_602, error.message);
        }
        options.log(`the MCP endpoint failed: ${error instanceof Error ? error.stack : error}`);
        refuse(response, 500, -32_603, "Internal error");
      }
    },
    async close() {
      clearInterval(sweep);
      await sessions.close();
      services.clear();
      confirmations.clear();
    },
  };
}

function createService({ baseUrl, profile, hasQuotas }: HttpEndpointOptions): Service {
  const quota = hasQuotas ? createQuotaPlanner({ profile }) : undefined;
  const hooks = callHooks();
  const authentication = callersToken;
  return {
    quota,
    client: createServiceClient({ baseUrl, authentication, offersPreviews: true, quota, hooks }),
  };
}

/** Each call goes out with the token of the request that asked for it. */
const callersToken: Authentication = {
  apply(request) {
    const token = currentCall()?.token;
    if (token === undefined) throw new AuthenticationError("the call came without a token");
    request.headers.authorization = `Bearer ${token}`;
    return token;
  },
};

function ownerOf({ accountId, actor }: HttpCaller): string {
  return `${accountId} ${actor}`;
}

/** The SDK hands `auth` of the request on to the handlers. */
function withAuth(
  request: IncomingMessage,
  { token, actor }: HttpCaller,
): IncomingMessage & { auth: AuthInfo } {
  return Object.assign(request, { auth: { token, clientId: actor, scopes: [] } });
}

function refuse(response: ServerResponse, status: number, code: number, message: string): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
  response.end(JSON.stringify({ jsonrpc: "2.0", error: { code, message }, id: null }));
}
