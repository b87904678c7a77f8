/** `/console/api/session`: signing in, who is signed in, signing out. */
import { commonErrors, type WireProfile } from "@paymaster/contract";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import Type, { type Static } from "typebox";
import type { Queryable } from "../database/pool.js";
import { callerAddress } from "../http/caller-address.js";
import { unstorable } from "../http/plain-text.js";
import { compileValidator, validationFault } from "../http/validation.js";
import { ownFault, type WireFault } from "../http/wire-fault.js";
import { hashSecret } from "../ids.js";
import { DOOR } from "./door.js";
import { checkOrigin, requireSession, SESSION_COOKIE, sessionTokenOf } from "./guard.js";
import {
  ABSOLUTE_HOURS,
  beginSession,
  csrfTokenOf,
  endSession,
  findSession,
  type Session,
  type SessionOwner,
} from "./sessions.js";
import { countSignIn, forgetFailures, MAX_FAILURES } from "./sign-in-limit.js";

export interface ConsoleApiOptions {
  readonly pool: Queryable;
  readonly profile: WireProfile;
  /** Whether calls of accounts are counted: their screens then ask for less. */
  readonly rateLimits: boolean;
}

const Secret = Type.String({ minLength: 1, maxLength: 200 });
const SignIn = Type.Union([
  Type.Object({ admin_key: Secret }, { additionalProperties: false }),
  Type.Object(
    {
      client_id: Secret,
      client_secret: Secret,
      account_id: Type.Optional(Type.String({ maxLength: 200 })),
    },
    { additionalProperties: false },
  ),
]);
const validate = compileValidator(SignIn);

export function registerConsoleApi(app: FastifyInstance, options: ConsoleApiOptions): void {
  const { pool } = options;
  const url = `${DOOR}/session`;
  app.get(url, async (request, reply) => {
    checkOrigin(request);
    const token = sessionTokenOf(request);
    const session = token === null ? undefined : await findSession(pool, token);
    return sendSession(reply, 200, options, token, session);
  });
  app.post(url, async (request, reply) => {
    checkOrigin(request);
    const owner = await signIn(pool, request);
    const token = await beginSession(pool, owner);
    setCookie(request, reply, token, ABSOLUTE_HOURS * 3_600);
    return sendSession(reply, 201, options, token, await findSession(pool, token));
  });
  app.delete(url, async (request, reply) => {
    const { token } = await requireSession(pool, request);
    await endSession(pool, token);
    setCookie(request, reply, "", 0);
    return reply.code(204).send();
  });
}

async function signIn(pool: Queryable, request: FastifyRequest): Promise<SessionOwner> {
  const unkept = unstorable(request.body);
  const problems = unkept.length > 0 ? unkept : validate(request.body ?? {});
  if (problems.length > 0) throw validationFault(problems);
  const address = callerAddress(request);
  const seconds = await countSignIn(pool, address);
  if (seconds !== null) throw tooMany(seconds);
  const owner = await findOwner(pool, request.body as Static<typeof SignIn>);
  if (owner === undefined) {
    const message = "These credentials are not known here: check them, or make new ones.";
    throw ownFault(401, commonErrors.invalidToken.code, message);
  }
  await forgetFailures(pool, address);
  return owner;
}

function tooMany(seconds: number): WireFault {
  const message = `${MAX_FAILURES} sign-ins failed from your address: try again in ${Math.ceil(seconds / 60)} min.`;
  return ownFault(429, 429, message, { "retry-after": String(seconds) });
}

async function findOwner(
  pool: Queryable,
  body: Static<typeof SignIn>,
): Promise<SessionOwner | undefined> {
  if ("admin_key" in body) {
    const adminKeyHash = hashSecret(body.admin_key);
    const { rowCount } = await pool.query("select 1 from admin_keys where key_hash = $1", [
      adminKeyHash,
    ]);
    return rowCount === 1 ? { kind: "operator", adminKeyHash } : undefined;
  }
  const { rows } = await pool.query(
    `select c.master_id as "masterId", c.client_id as "clientId" from oauth_clients c
      join accounts a on a.master_id = c.master_id and a.id = c.account_id
      where c.client_id = $1 and c.secret_hash = $2 and a.disassociated_at is null
        and ($3 = '' or a.id = $3)`,
    [body.client_id, hashSecret(body.client_secret), body.account_id ?? ""],
  );
  return rows[0] === undefined ? undefined : { kind: "account", ...rows[0] };
}

function setCookie(request: FastifyRequest, reply: FastifyReply, value: string, maxAge: number) {
  // Behind a proxy that ends TLS only the browser knows: a page's address is the Origin of what it sends.
  const overTls = request.protocol === "https" || request.headers.origin?.startsWith("https:");
  const secure = overTls ? "; Secure" : "";
  reply.header(
    "set-cookie",
    `${SESSION_COOKIE}=${value}; Path=${DOOR}; HttpOnly; SameSite=Strict; Max-Age=${maxAge}${secure}`,
  );
}

/** null: nobody is signed in. The CSRF token goes to the page, which other origins cannot read. */
function sendSession(
  reply: FastifyReply,
  status: number,
  { profile, rateLimits }: ConsoleApiOptions,
  token: string | null,
  session: Session | undefined,
): FastifyReply {
  const body =
    token === null || session === undefined
      ? null
      : {
          kind: session.caller.kind,
          account: accountOf(session),
          csrf_token: csrfTokenOf(token),
          ends_at: session.endsAt.toISOString(),
        };
  return reply
    .code(status)
    .type("application/json;charset=UTF-8")
    .send(JSON.stringify({ profile, rate_limits: rateLimits, session: body }));
}

function accountOf({ caller }: Session) {
  if (caller.kind === "operator") return null;
  const { accountId, masterId, kind, tier } = caller.principal;
  return { id: accountId, master_id: masterId, kind, tier, account_name: caller.accountName };
}
