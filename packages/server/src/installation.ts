/**
 * The first start of a database makes a master account and the world that was asked for. A data directory
 * that has no valid secrets for it gets its own, besides those that others hold.
 */
import type { BillingServices } from "./billing/bill-run.js";
import { createAccountWithPlan } from "./billing/new-account.js";
import type { Clock } from "./clock.js";
import type { ServerConfig, World } from "./config.js";
import { readSecrets, type Secrets } from "./credentials-file.js";
import { withLock } from "./database/lock.js";
import type { Pool, Queryable } from "./database/pool.js";
import { buildDemoWorld } from "./demo/world.js";
import type { ServerBooks } from "./http/call.js";
import { hashSecret, newAccountId, newSecret } from "./ids.js";
import { allScopes } from "./oauth/scopes.js";
import type { Log } from "./server.js";
import type { AccountRef } from "./store/accounts.js";
import { insertApiKey, insertClient } from "./store/credentials.js";

/** Two processes that start at once must not both make the world. */
const INSTALL_LOCK = 6_910_227_441;

export interface Installation {
  readonly secrets: Secrets;
  readonly notices: readonly string[];
}

export interface InstallationOptions {
  readonly pool: Pool;
  readonly clock: Clock;
  readonly books: ServerBooks;
  readonly config: Pick<ServerConfig, "world">;
  readonly dataDir: string;
  readonly log: Log;
}

export async function prepareInstallation(options: InstallationOptions): Promise<Installation> {
  const { pool, config, dataDir } = options;
  return withLock(pool, INSTALL_LOCK, async () => {
    const notices: string[] = [];
    let installed = await readInstallation(pool);
    if (installed === undefined) {
      // The one that was making it held the lock. Such a database is not ours to empty: it may hold
      // more than our tables. (A private one was made anew already.)
      if (await isHalfMade(pool)) {
        throw new Error(
          "A first start on this database was broken off while it made its world: " +
            "drop the database and create it again.",
        );
      }
      installed = await install(options);
      notices.push(await describeWorld(pool, installed.world));
    } else if (config.world !== null && installed.world !== config.world) {
      notices.push(`This database holds the ${installed.world} world; only a first start chooses.`);
    }
    const known = await knownSecrets(pool, dataDir);
    if (known !== null) return { secrets: known, notices };
    const secrets = await issueSecrets(pool, installed, options.clock.now());
    return { secrets, notices };
  });
}

interface Installed extends AccountRef {
  readonly world: World;
}

async function readInstallation(db: Queryable): Promise<Installed | undefined> {
  const { rows } = await db.query(
    "select world, first_account_id as id from installation where world_state = 'ready'",
  );
  const row = rows[0];
  return row && { world: row.world, masterId: row.id, accountId: row.id };
}

async function install({
  pool,
  clock,
  books,
  config,
  log,
}: InstallationOptions): Promise<Installed> {
  const world = config.world ?? "demo";
  await pool.query(
    "insert into installation (created_at, world, world_state) values ($1, $2, 'building')",
    [clock.now(), world],
  );
  const services: BillingServices = { pool, clock, books: () => books };
  if (world === "demo") {
    log({ level: "info", message: "Making the demo world: over a year of billing, once." });
  }
  const master =
    world === "demo"
      ? await buildDemoWorld(services)
      : await createAccountWithPlan(services, {
          kind: "master",
          accountName: "Master account",
          plan: { type: "monthly", hosts: 2 },
        });
  if (clock.state.kind === "test") await clock.setTicking(true);
  await pool.query("update installation set world_state = 'ready', first_account_id = $1", [
    master.accountId,
  ]);
  return { world, ...master };
}

async function describeWorld(db: Queryable, world: World): Promise<string> {
  if (world === "empty") return "A master account is ready; it has no sub accounts yet.";
  const { rows } = await db.query(
    `select (select count(*) from accounts where kind = 'sub') as "subAccounts",
            (select count(*) from invoices) as invoices`,
  );
  const { subAccounts, invoices } = rows[0];
  return `The demo world is ready: one master, ${subAccounts} sub accounts, ${invoices} invoices.`;
}

/** The data directory's secrets, if this database knows them. */
async function knownSecrets(db: Queryable, dataDir: string): Promise<Secrets | null> {
  const secrets = await readSecrets(dataDir);
  if (secrets === null) return null;
  const { rows } = await db.query(
    `select exists (select 1 from admin_keys where key_hash = $1)
        and exists (select 1 from api_keys where key_hash = $2 and revoked_at is null)
        and exists (select 1 from oauth_clients where client_id = $3 and secret_hash = $4) as known`,
    [
      hashSecret(secrets.admin_key),
      hashSecret(secrets.api_key),
      secrets.client_id,
      hashSecret(secrets.client_secret),
    ],
  );
  return rows[0]?.known === true ? secrets : null;
}

async function issueSecrets(db: Queryable, account: AccountRef, now: Date): Promise<Secrets> {
  const adminKey = newSecret("pma");
  await db.query("insert into admin_keys (key_hash, created_at) values ($1, $2)", [
    hashSecret(adminKey),
    now,
  ]);
  const { clientId, clientSecret } = await insertClient(db, account, now);
  const apiKey = await insertApiKey(db, account, newAccountId(), allScopes, now);
  return {
    account_id: account.accountId,
    client_id: clientId,
    client_secret: clientSecret,
    api_key: apiKey,
    admin_key: adminKey,
  };
}

/**
 * Whether a first start was broken off while it made its world. What it left is no world: the database
 * has to be made anew.
 */
export async function isHalfMade(db: Queryable): Promise<boolean> {
  const { rows } = await db.query("select 1 from installation where world_state = 'building'");
  return rows.length > 0;
}
