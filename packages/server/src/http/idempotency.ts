/**
 * One change of the wire: decided and written in one transaction, or only previewed. With an
 * `Idempotency-Key` the answer is kept for 24 hours with the change itself, so that a client that lost
 * the answer can ask again and nothing happens twice.
 */
import { createHash } from "node:crypto";
import { commonErrors } from "@paymaster/contract";
import { leaveToCommit } from "../database/pipelining.js";
import { type Connection, pipelinedTransaction } from "../database/pool.js";
import type { Call, Reply, Services, WriteHandler } from "./call.js";
import { WireFault } from "./wire-fault.js";

export const IDEMPOTENCY_HOURS = 24;
const MAX_KEY_LENGTH = 255;

export interface WriteOptions {
  readonly preview: boolean;
  readonly idempotencyKey: string | null;
}

type Outcome = { readonly reply: Reply } | { readonly fault: WireFault };

export async function performWrite(
  services: Services,
  handler: WriteHandler,
  call: Call,
  options: WriteOptions,
): Promise<Reply> {
  if (options.preview) {
    const connection = await services.pool.connect();
    try {
      const planned = await handler(call, connection, false);
      return {
        status: 200,
        body: await planned.preview(),
        headers: { "preference-applied": "preview" },
      };
    } finally {
      connection.release();
    }
  }
  if (options.idempotencyKey === null) {
    return pipelinedTransaction(services.pool, async (connection) => {
      const planned = await handler(call, connection, true);
      return planned.write();
    });
  }
  const key = checkKey(options.idempotencyKey);
  const outcome = await pipelinedTransaction(services.pool, (connection) =>
    performOnce(services, handler, call, key, connection),
  );
  if ("fault" in outcome) throw outcome.fault;
  return outcome.reply;
}

function checkKey(key: string): string {
  if (key.length === 0 || key.length > MAX_KEY_LENGTH || /[^\x20-\x7e]/.test(key)) {
    throw new WireFault(
      commonErrors.validationFailed,
      {},
      {
        errors: [
          {
            field: "Idempotency-Key",
            message: `Must be 1 to ${MAX_KEY_LENGTH} printable ASCII characters.`,
          },
        ],
      },
    );
  }
  return key;
}

async function performOnce(
  services: Services,
  handler: WriteHandler,
  call: Call,
  key: string,
  connection: Connection,
): Promise<Outcome> {
  const { masterId, accountId } = call.principal;
  const { rows: locks } = await connection.query(
    "select pg_try_advisory_xact_lock(hashtextextended($1, 7)) as locked",
    [`${masterId}/${accountId}/${key}`],
  );
  if (locks[0]?.locked !== true) {
    throw new WireFault(
      commonErrors.idempotencyInProgress,
      {},
      { headers: { "retry-after": "1" } },
    );
  }
  const hash = requestHash(call);
  const now = services.clock.now();
  const { rows } = await connection.query(
    `select request_hash, status, body from idempotency_keys
      where master_id = $1 and account_id = $2 and key = $3 and created_at > $4`,
    [masterId, accountId, key, new Date(now.getTime() - IDEMPOTENCY_HOURS * 3_600_000)],
  );
  const kept = rows[0];
  if (kept !== undefined) {
    if (!hash.equals(kept.request_hash)) throw new WireFault(commonErrors.idempotencyMismatch);
    return {
      reply: {
        status: kept.status,
        body: kept.body === null ? null : JSON.parse(kept.body),
        headers: { "idempotency-replayed": "true" },
      },
    };
  }
  const outcome = await perform(handler, call, connection);
  const kept_status =
    "fault" in outcome ? outcome.fault.status(services.profile) : outcome.reply.status;
  const body = "fault" in outcome ? outcome.fault.body(services.profile) : outcome.reply.body;
  const text = body === null ? null : JSON.stringify(body);
  await leaveToCommit(connection, () =>
    connection.query(
      `insert into idempotency_keys (master_id, account_id, key, request_hash, status, body, created_at)
        values ($1, $2, $3, $4, $5, $6, $7)
        on conflict (master_id, account_id, key) do update
          set request_hash = excluded.request_hash, status = excluded.status,
              body = excluded.body, created_at = excluded.created_at`,
      [masterId, accountId, key, hash, kept_status, text, now],
    ),
  );
  return outcome;
}

/** A refusal is an answer, too, and is kept; a handler refuses before it writes anything. */
async function perform(
  handler: WriteHandler,
  call: Call,
  connection: Connection,
): Promise<Outcome> {
  let planned: Awaited<ReturnType<WriteHandler>>;
  try {
    planned = await handler(call, connection, true);
  } catch (error) {
    if (error instanceof WireFault) return { fault: error };
    throw error;
  }
  return { reply: await planned.write() };
}

function requestHash(call: Call): Buffer {
  return createHash("sha256")
    .update(
      JSON.stringify([
        call.operation.method,
        call.operation.path,
        call.params,
        canonical(call.body),
      ]),
    )
    .digest();
}

/** The same JSON value gives the same text, whatever the order of its members. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => [name, canonical(member)]),
  );
}
