/**
 * The HTTP application: every operation of the contract becomes a route, in the documented order of
 * checks: token, scope, rate limit, body is JSON and fits the schema; the handler does the rest.
 */
import {
  commonErrors,
  type Operation,
  operationList,
  type ToolName,
  type WireProfile,
} from "@paymaster/contract";
import Fastify, {
  type FastifyInstance,
  type FastifyReply,
  type FastifyServerOptions,
} from "fastify";
import type { RequestLog } from "../config.js";
import {
  admitThroughDoor,
  type ConsoleCaller,
  doorOf,
  rewriteConsoleUrl,
} from "../console/index.js";
import type { Metrics } from "../observability/metrics.js";
import { observeRequests } from "../observability/requests.js";
import { handlers } from "../operations/index.js";
import type { RateLimiter } from "../rate-limits/index.js";
import type { AccountRef } from "../store/accounts.js";
import { answerError, answerNoRoute } from "./answer-error.js";
import { authorize, bearerToken } from "./authorize.js";
import { readBody, registerBodyParsers } from "./body.js";
import type { Call, FileReply, Reply, Services } from "./call.js";
import { answerClientError, MAX_HEADERS } from "./client-error.js";
import { endConnectionsOnClose } from "./closing.js";
import { allowOrigins } from "./cors.js";
import { performWrite } from "./idempotency.js";
import { boundLoad } from "./overload.js";
import { plainParams, unstorable } from "./plain-text.js";
import type { Authenticator, Principal } from "./principal.js";
import type { TlsSettings } from "./tls.js";
import { compileValidator, type Validate, validationFault } from "./validation.js";
import { WireFault } from "./wire-fault.js";
import { newTrackingId, setWireHeaders, wireHeaders } from "./wire-headers.js";

export interface AppOptions {
  readonly services: Services;
  readonly authenticator: Authenticator;
  readonly rateLimiter: RateLimiter;
  readonly log: (line: LogLine) => void;
  readonly metrics: Metrics;
  readonly requestLog: RequestLog;
  readonly corsOrigins: readonly string[];
  readonly trustedProxies: readonly string[];
  /** null: plain HTTP. */
  readonly tls: TlsSettings | null;
}

export interface LogLine {
  readonly level: "info" | "warn" | "error";
  readonly message: string;
  readonly [detail: string]: unknown;
}

declare module "fastify" {
  interface FastifyRequest {
    principal: Principal | null;
    /** Who calls through the console's door; null: the request did not come that way. */
    consoleCaller: ConsoleCaller | null;
  }
}

/** Bodies beyond this size are refused; the largest documented body has a few kilobytes. */
export const MAX_BODY_BYTES = 256 * 1024;
/** As long as a request line can be: an id that is too long is one that does not exist. */
const MAX_PARAM_LENGTH = 16 * 1024;

export function createApp(options: AppOptions): FastifyInstance {
  const { profile } = options.services;
  const app = Fastify({
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: 30_000,
    keepAliveTimeout: 72_000,
    // Node takes the longer of both for the whole request: headers have a limit below `requestTimeout`.
    // The interval is how late a client may be found out that is slower than that.
    http: { headersTimeout: 15_000, connectionsCheckingInterval: 5_000 },
    trustProxy: options.trustedProxies.length === 0 ? false : [...options.trustedProxies],
    rewriteUrl: rewriteConsoleUrl,
    exposeHeadRoutes: false,
    return503OnClosing: true,
    forceCloseConnections: "idle",
    routerOptions: {
      maxParamLength: MAX_PARAM_LENGTH,
      ignoreTrailingSlash: true,
      // A path that cannot be decoded names nothing that exists.
      onBadUrl: (_path, _request, response) => {
        const { code, message, status } = commonErrors.noRoute;
        const body = JSON.stringify({ code, message });
        response.writeHead(status[profile], {
          ...wireHeaders(newTrackingId(), options.services.clock.now()),
          "content-type": "application/json;charset=UTF-8",
          "content-length": Buffer.byteLength(body),
        });
        response.end(body);
      },
    },
    clientErrorHandler: (error, socket) => answerClientError(error, socket, profile),
    genReqId: newTrackingId,
    logger: false,
    https: options.tls,
    // Typed as plain HTTP, so that nothing else has to know: the two differ by their server alone.
  } as FastifyServerOptions) as FastifyInstance;
  app.decorateRequest("principal", null);
  app.decorateRequest("consoleCaller", null);
  registerBodyParsers(app);
  endConnectionsOnClose(app);
  observeRequests(app, options.metrics, options.requestLog, options.log);
  allowOrigins(app, options.corsOrigins);
  app.addHook("onRequest", async (request, reply) => {
    setWireHeaders(reply, request.id, options.services.clock.now());
    if (request.raw.rawHeaders.length > 2 * MAX_HEADERS) {
      throw new WireFault(commonErrors.headersTooLarge);
    }
    const door = doorOf(request.raw);
    if (door !== undefined) {
      request.consoleCaller = await admitThroughDoor(options.services.pool, request, door);
    }
  });
  boundLoad(app);
  app.setErrorHandler((error, request, reply) =>
    answerError(error as Error, request, reply, profile, options.log),
  );
  app.setNotFoundHandler((_request, reply) => answerNoRoute(reply, profile));
  for (const operation of operationList as readonly Operation[]) {
    for (const url of urlsOf(operation)) registerOperation(app, operation, url, options);
  }
  return app;
}

/** `/accounts/{accountId}` below the base `/v2` becomes `/v2/accounts/:accountId`; aliases stand alone. */
function urlsOf(operation: Operation): string[] {
  return [`/v2${operation.path}`, ...(operation.aliases ?? [])].map((path) =>
    path.replace(/\{(\w+)\}/g, ":$1"),
  );
}

function registerOperation(
  app: FastifyInstance,
  operation: Operation,
  url: string,
  options: AppOptions,
): void {
  const { services } = options;
  const handler = handlers[operation.tool as ToolName](services);
  const bodySchema = operation.body[services.profile];
  const checkQuery = operation.query === null ? null : compileValidator(operation.query);
  const checkBody = bodySchema === null ? null : compileValidator(bodySchema);
  app.route({
    method: operation.method,
    url,
    config: { operation: operation.tool },
    onRequest: async (request, reply) => {
      const principal = await authorize(
        request,
        operation,
        options.authenticator,
        services.profile,
      );
      request.principal = principal;
      // What the operator looks at in the console is not the account's call.
      if (request.consoleCaller?.isOperator === true) return;
      await options.rateLimiter.admit(operation, principal, plainParams(request.params), reply);
    },
    handler: async (request, reply) => {
      const principal = request.principal;
      if (principal === null) throw new Error("A route was reached without its caller.");
      const params = plainParams(request.params);
      const call: Call = {
        operation,
        principal,
        params,
        query: checked(request.query, checkQuery),
        body:
          bodySchema === null
            ? {}
            : checked(
                await readBody(request, bodySchema, operation.bodyRequired ?? true),
                checkBody,
              ),
        trackingId: request.id,
        ...targetOf(operation, principal, params),
      };
      const answer =
        "read" in handler
          ? await handler.read(call)
          : await performWrite(services, handler.write, call, {
              preview: wantsPreview(request.headers.prefer),
              idempotencyKey: headerText(request.headers["idempotency-key"]),
            });
      return send(reply, answer);
    },
  });
}

function targetOf(
  operation: Operation,
  principal: Principal,
  params: Record<string, string>,
): { target: AccountRef; targetAsWritten: string } {
  const written = params.accountId;
  const isSelf = written === undefined || (written === "me" && operation.acceptsMe);
  return {
    target: {
      masterId: principal.masterId,
      accountId: isSelf ? principal.accountId : written,
    },
    targetAsWritten: written ?? principal.accountId,
  };
}

function checked(value: unknown, validate: Validate | null): Record<string, unknown> {
  if (validate === null) return {};
  const unkept = unstorable(value);
  const problems = unkept.length > 0 ? unkept : validate(value);
  if (problems.length > 0) throw validationFault(problems);
  return value as Record<string, unknown>;
}

/** `Prefer: preview`, alone or among other preferences [RFC 7240]. */
function wantsPreview(prefer: string | string[] | undefined): boolean {
  const values = Array.isArray(prefer) ? prefer : prefer === undefined ? [] : [prefer];
  return values
    .flatMap((value) => value.split(/[,;]/))
    .some((preference) => preference.trim().toLowerCase() === "preview");
}

function headerText(value: string | string[] | undefined): string | null {
  if (value === undefined) return null;
  return Array.isArray(value) ? value.join(",") : value;
}

function send(reply: FastifyReply, answer: Reply | FileReply): FastifyReply {
  if (answer.headers !== undefined) reply.headers(answer.headers);
  if ("file" in answer) {
    return reply.code(answer.status).type(answer.contentType).send(answer.file);
  }
  if (answer.body === null) return reply.code(answer.status).send();
  return reply
    .code(answer.status)
    .type("application/json;charset=UTF-8")
    .send(JSON.stringify(answer.body));
}

export type { WireProfile };
export { bearerToken };
