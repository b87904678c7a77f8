/** Server-to-server OAuth: a token for an account, without a user (facts, 4.1 and 4.2). */
import { type Authentication, type AuthenticationContext, base64, checkedSecret } from "./auth.js";
import { readBytes } from "./body.js";
import { createDeadline, waitFor } from "./deadline.js";
import {
  AuthenticationError,
  NetworkError,
  PaymasterError,
  UnexpectedResponseError,
} from "./errors.js";

export interface ServerToServerOptions {
  /** E.g. `https://zoom.us/oauth/token`, or `token_url` of Paymaster's credentials file. */
  readonly tokenUrl: string;
  readonly accountId: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** How long before its end a token is replaced. Default 60 s, at most half its life. */
  readonly renewBeforeMs?: number | undefined;
}

interface Token {
  readonly value: string;
  readonly renewAtMs: number;
}

const MAX_TOKEN_ANSWER_BYTES = 64 * 1024;

/**
 * Obtains a token at the first call and replaces it before it ends. However many calls wait, one
 * request goes out: asking again can invalidate the token just given (facts, 4.1).
 */
export function serverToServer(options: ServerToServerOptions): Authentication {
  checkOptions(options);
  let token: Token | undefined;
  let renewal: Promise<Token> | undefined;

  function renewOnce(context: AuthenticationContext): Promise<Token> {
    renewal ??= requestToken(options, context)
      .then((fresh) => {
        token = fresh;
        return fresh;
      })
      .finally(() => {
        renewal = undefined;
      });
    return waitFor(renewal, context.signal);
  }

  return {
    async apply(request, context) {
      const usable =
        token !== undefined && renewal === undefined && context.now() < token.renewAtMs;
      const current = usable && token !== undefined ? token : await renewOnce(context);
      request.headers.authorization = `Bearer ${current.value}`;
      return current.value;
    },
    async renew(rejected, context) {
      // Another call may have replaced the token while this one was on its way.
      if (token === undefined || token.value === rejected || renewal !== undefined) {
        await renewOnce(context);
      }
      return token !== undefined && token.value !== rejected;
    },
  };
}

function checkOptions(options: ServerToServerOptions): void {
  const url = new URL(options.tokenUrl);
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    throw new TypeError("tokenUrl must begin with https:// or http://");
  }
  checkedSecret(options.accountId, "account id");
  checkedSecret(options.clientId, "client id");
  checkedSecret(options.clientSecret, "client secret");
}

/** The renewal belongs to all who wait, so it has a time limit but no caller's signal. */
async function requestToken(
  options: ServerToServerOptions,
  context: AuthenticationContext,
): Promise<Token> {
  const deadline = createDeadline(context.timeoutMs, undefined, undefined);
  try {
    const response = await context.fetch(options.tokenUrl, {
      method: "POST",
      redirect: "manual",
      signal: deadline.signal,
      headers: {
        accept: "application/json",
        authorization: `Basic ${base64(`${options.clientId}:${options.clientSecret}`)}`,
        "content-type": "application/x-www-form-urlencoded",
      },
      body: new URLSearchParams({
        grant_type: "account_credentials",
        account_id: options.accountId,
      }).toString(),
    });
    const body = parseJson(await readBytes(response, MAX_TOKEN_ANSWER_BYTES));
    return readToken(response.status, body, options, context.now());
  } catch (error) {
    if (error instanceof PaymasterError) throw error;
    if (deadline.signal.aborted) throw deadline.signal.reason;
    throw new NetworkError(`the token endpoint cannot be reached: ${options.tokenUrl}`, {
      cause: error,
    });
  } finally {
    deadline.release();
  }
}

function readToken(
  status: number,
  body: unknown,
  options: ServerToServerOptions,
  nowMs: number,
): Token {
  if (status >= 500 || status === 429) {
    throw new UnexpectedResponseError(`the token endpoint answered HTTP ${status}`, { status });
  }
  const { access_token, expires_in, error, reason } = asRecord(body);
  if (status !== 200 || typeof access_token !== "string" || access_token === "") {
    throw tokenRefusal(status, error, reason, options);
  }
  const lifeMs = typeof expires_in === "number" && expires_in > 0 ? expires_in * 1000 : 3_600_000;
  const marginMs = Math.min(options.renewBeforeMs ?? 60_000, lifeMs / 2);
  return {
    value: checkedSecret(access_token, "access token"),
    renewAtMs: nowMs + lifeMs - marginMs,
  };
}

/** Says which part is wrong, as far as the token endpoint's answer tells (facts, 4.2). */
function tokenRefusal(
  status: number,
  error: unknown,
  reason: unknown,
  options: ServerToServerOptions,
): AuthenticationError {
  const fields = { status, error: typeof error === "string" ? error : undefined };
  const said = typeof reason === "string" ? reason : (fields.error ?? `HTTP ${status}`);
  const part =
    error === "invalid_client"
      ? "check client id and client secret"
      : error === "invalid_request"
        ? `check the account id (${options.accountId})`
        : "check that tokenUrl is the token endpoint";
  return new AuthenticationError(`no token from ${options.tokenUrl}: ${said} (${part})`, fields);
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
