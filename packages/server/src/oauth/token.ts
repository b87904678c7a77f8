/**
 * POST /oauth/token: server-to-server tokens (`account_credentials`, `client_credentials`), and
 * POST /oauth/revoke. Parameters come as a form or in the query: the official samples show the one, and
 * integrators report the other. Errors have OAuth's own shape, `{reason, error}`.
 */
import { type TokenErrorName, tokenErrors } from "@paymaster/contract";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { ServiceClock } from "../clock.js";
import type { Pool } from "../database/pool.js";
import { isUnstorable } from "../http/plain-text.js";
import type { Authenticator } from "../http/principal.js";
import { WireFault } from "../http/wire-fault.js";
import { hashSecret, newSecret } from "../ids.js";
import { allScopes } from "./scopes.js";

const TOKEN_SECONDS = 3_600;
/** Tokens of one client that live at the same time; the oldest is dropped for a new one. */
const MAX_LIVE_TOKENS = 100;
const MAX_PARAMETER_LENGTH = 1_000;

export interface OAuthOptions {
  readonly pool: Pool;
  readonly clock: ServiceClock;
  readonly authenticator: Authenticator;
  /** e.g. `http://127.0.0.1:8080`, told to clients as `api_url`. */
  readonly apiUrl: () => string;
}

class TokenFault extends Error {
  constructor(readonly fault: TokenErrorName) {
    super(fault);
  }
}

interface Client {
  readonly masterId: string;
  readonly accountId: string;
  readonly clientId: string;
}

export function registerOAuth(app: FastifyInstance, options: OAuthOptions): void {
  app.register(async (oauth) => {
    oauth.setErrorHandler((error, _request, reply) => {
      const fault = faultOf(error);
      // The server's own failures leave in the wire's envelope.
      if (fault === null) throw error;
      const { status, reason, error: name } = tokenErrors[fault];
      return json(reply, status, { reason, error: name });
    });
    oauth.post("/oauth/token", async (request, reply) =>
      json(reply, 200, await grantToken(request, options)),
    );
    oauth.post("/oauth/revoke", async (request, reply) =>
      json(reply, 200, await revokeToken(request, options)),
    );
  });
}

/** The error of OAuth's own; a body that cannot be read is a bad request. null: not the client's fault. */
function faultOf(error: unknown): TokenErrorName | null {
  if (error instanceof TokenFault) return error.fault;
  if (error instanceof WireFault) return error.status("2021") < 500 ? "badRequest" : null;
  const status = error instanceof Error && "statusCode" in error ? error.statusCode : undefined;
  return typeof status === "number" && status < 500 ? "badRequest" : null;
}

async function revokeToken(
  request: FastifyRequest,
  { pool, clock, authenticator }: OAuthOptions,
): Promise<Record<string, unknown>> {
  const client = await authenticateClient(request, pool);
  const token = parametersOf(request).get("token") ?? "";
  await pool.query(
    `update access_tokens set revoked_at = $3
      where master_id = $1 and token_hash = $2 and client_id = $4 and revoked_at is null`,
    [client.masterId, hashSecret(token), clock.now(), client.clientId],
  );
  authenticator.forgetAll();
  return { status: "success" };
}

function json(reply: FastifyReply, status: number, body: unknown): FastifyReply {
  return reply.code(status).type("application/json;charset=UTF-8").send(JSON.stringify(body));
}

async function grantToken(
  request: FastifyRequest,
  { pool, clock, apiUrl }: OAuthOptions,
): Promise<Record<string, unknown>> {
  const parameters = parametersOf(request);
  const grantType = parameters.get("grant_type");
  const client = await authenticateClient(request, pool);
  if (grantType === "account_credentials") {
    if (parameters.get("account_id") !== client.accountId) throw new TokenFault("badRequest");
  } else if (grantType !== "client_credentials") {
    throw new TokenFault("unsupportedGrantType");
  }
  const token = newSecret("pmt");
  const now = clock.now();
  await pool.query(
    `with old as (
       delete from access_tokens t where t.master_id = $1 and t.client_id = $4
         and (t.expires_at <= $7 or t.token_hash in (
           select token_hash from access_tokens
             where master_id = $1 and client_id = $4 order by expires_at desc offset $8)))
     insert into access_tokens (master_id, account_id, token_hash, client_id, scopes, expires_at)
       values ($1, $2, $3, $4, $5, $6)`,
    [
      client.masterId,
      client.accountId,
      hashSecret(token),
      client.clientId,
      allScopes,
      new Date(now.getTime() + TOKEN_SECONDS * 1_000),
      now,
      MAX_LIVE_TOKENS - 1,
    ],
  );
  return {
    access_token: token,
    token_type: "bearer",
    expires_in: TOKEN_SECONDS,
    scope: allScopes.join(" "),
    api_url: apiUrl(),
  };
}

/** Form body and query together; the body wins. Values of the wrong kind are ignored. */
function parametersOf(request: FastifyRequest): Map<string, string> {
  const found = new Map<string, string>();
  const sources = [request.query, request.body];
  for (const source of sources) {
    if (typeof source === "string") {
      for (const [name, value] of new URLSearchParams(source)) found.set(name, value);
    } else if (typeof source === "object" && source !== null) {
      for (const [name, value] of Object.entries(source)) {
        if (typeof value === "string") found.set(name, value);
      }
    }
  }
  for (const [name, value] of found) {
    if (value.length > MAX_PARAMETER_LENGTH || isUnstorable(value)) found.delete(name);
  }
  return found;
}

/** Basic authentication, or client_id and client_secret among the parameters. */
async function authenticateClient(request: FastifyRequest, pool: Pool): Promise<Client> {
  const credentials = credentialsOf(request);
  if (credentials === null) throw new TokenFault("invalidClient");
  const { rows } = await pool.query({
    name: "find-client",
    text: `select c.master_id as "masterId", c.account_id as "accountId", c.client_id as "clientId"
      from oauth_clients c
      join accounts a on a.master_id = c.master_id and a.id = c.account_id
      where c.client_id = $1 and c.secret_hash = $2 and a.disassociated_at is null`,
    values: [credentials.id, hashSecret(credentials.secret)],
  });
  if (rows[0] === undefined) throw new TokenFault("invalidClient");
  return rows[0];
}

function credentialsOf(request: FastifyRequest): { id: string; secret: string } | null {
  const basic = /^Basic +([A-Za-z0-9+/=_-]{1,2000})$/i.exec(request.headers.authorization ?? "");
  if (basic?.[1] !== undefined) {
    const text = Buffer.from(basic[1], "base64").toString("utf8");
    const colon = text.indexOf(":");
    return colon < 1 || isUnstorable(text)
      ? null
      : { id: text.slice(0, colon), secret: text.slice(colon + 1) };
  }
  const parameters = parametersOf(request);
  const id = parameters.get("client_id");
  const secret = parameters.get("client_secret");
  return id === undefined || secret === undefined ? null : { id, secret };
}
