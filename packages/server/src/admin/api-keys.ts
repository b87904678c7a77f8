/** API keys: bearer tokens with just the scopes that they were given, until they are revoked. */
import type { FastifyInstance } from "fastify";
import Type from "typebox";
import { transaction } from "../database/pool.js";
import { newAccountId } from "../ids.js";
import { allScopes } from "../oauth/scopes.js";
import { findAccount } from "../store/accounts.js";
import { writeAudit } from "../store/audit.js";
import {
  insertApiKey,
  type ListedApiKey,
  listApiKeys,
  revokeApiKey,
} from "../store/credentials.js";
import type { AdminServices } from "./index.js";
import { isInstant, nextOf, readCursor, readFlag, readLimit, toCursor } from "./query.js";
import { adminRoute, badField, notFound } from "./route.js";

const NewKey = Type.Object(
  {
    account_id: Type.String({ maxLength: 64 }),
    scopes: Type.Array(Type.String({ maxLength: 100 }), { minItems: 1, maxItems: 100 }),
  },
  { additionalProperties: false },
);

export function registerApiKeyRoutes(app: FastifyInstance, services: AdminServices): void {
  const { pool, clock, authenticator } = services;
  adminRoute(app, "POST", "/api-keys", NewKey, async ({ body, trackingId }) => {
    const account = await findAccount(pool, body.account_id);
    if (account === undefined) throw notFound(`Account does not exist: ${body.account_id}.`);
    const unknown = body.scopes.find((scope) => !allScopes.includes(scope));
    if (unknown !== undefined) throw badField("scopes", `There is no scope ${unknown}.`);
    const id = newAccountId();
    const scopes = [...new Set(body.scopes)];
    const key = await transaction(pool, async (connection) => {
      await writeAudit(connection, { actor: "operator", trackingId }, clock.now(), [
        {
          ...account,
          event: "api_key_created",
          itemNumber: null,
          before: null,
          after: { id, scopes },
        },
      ]);
      return insertApiKey(connection, account, id, scopes, clock.now());
    });
    return { status: 201, body: { id, api_key: key } };
  });
  adminRoute(app, "GET", "/api-keys", Type.Object({}), async ({ query }) => {
    const limit = readLimit(query);
    const [createdAt, keyId] = readCursor(query, 2) ?? [];
    if (createdAt !== undefined && !isInstant(createdAt)) {
      throw badField("after", "Must be the next of an earlier answer.");
    }
    const before = createdAt === undefined || keyId === undefined ? null : { createdAt, id: keyId };
    const keys = await listApiKeys(
      pool,
      { accountId: query.account_id || null, revoked: readFlag(query, "revoked") },
      { before, limit },
    );
    return {
      status: 200,
      body: {
        api_keys: keys.map(keyBody),
        next: nextOf(keys, limit, (last) => toCursor([last.place, last.id])),
      },
    };
  });
  adminRoute(app, "DELETE", "/api-keys/:id", Type.Object({}), async ({ params, trackingId }) => {
    await transaction(pool, async (connection) => {
      const owner = await revokeApiKey(connection, params.id ?? "", clock.now());
      if (owner === undefined) throw notFound(`There is no API key ${params.id}.`);
      await writeAudit(connection, { actor: "operator", trackingId }, clock.now(), [
        {
          ...owner,
          event: "api_key_revoked",
          itemNumber: null,
          before: { id: params.id },
          after: null,
        },
      ]);
    });
    authenticator.forgetAll();
    return { status: 204, body: null };
  });
}

function keyBody(key: ListedApiKey) {
  return {
    id: key.id,
    account_id: key.accountId,
    account_name: key.accountName,
    scopes: key.scopes,
    created_at: key.createdAt.toISOString(),
    revoked_at: key.revokedAt?.toISOString() ?? null,
  };
}
