/**
 * The backup and restore guide, tried: books are made, backed up, restored into an empty place by the
 * guide's own commands, and a server on the restored copy has the same books, which hold, and goes on.
 */
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newPlans, Stage } from "../errors/stage.js";
import {
  hasSystemPostgres,
  SYSTEM_POSTGRES_DIR,
  startSystemPostgres,
} from "../support/postgres.js";
import { type ServeOptions, serveProcess } from "../support/server-process.js";

const run = promisify(execFile);
const sh = (command: string, env: Record<string, string> = {}) =>
  run("sh", ["-ec", command], { env: { ...process.env, ...env } });

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "paymaster-backup-"));
  // A root process lets PostgreSQL run as another user, who must get to the data.
  await run("chmod", ["755", folder]);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

type Served = Awaited<ReturnType<typeof serveProcess>>;

/** What the operator sees of all books. */
async function booksOf(served: Served) {
  const stage = Stage.on(served);
  const [balance, invariants, ledger, audit] = await Promise.all([
    stage.operate("GET", "/trial-balance"),
    stage.operate<{ ok: boolean; checks: unknown[] }>("GET", "/invariants"),
    stage.operate("GET", `/ledger?account_id=${served.credentials.account_id}&limit=100`),
    stage.operate("GET", "/audit?limit=100"),
  ]);
  expect(invariants).toMatchObject({ ok: true });
  return { balance, ledger, audit };
}

/** New business after the restore: a purchase that is invoiced under the next number, and a month. */
async function goOn(served: Served): Promise<void> {
  const stage = Stage.on(served);
  const account = await stage.free({ email: `after${Date.now()}@quay.example` });
  await stage.done("POST", `/accounts/${account}/plans`, newPlans());
  await stage.operate("POST", "/clock/advance", { days: 31 });
  expect(await stage.operate("GET", "/invariants")).toMatchObject({ ok: true });
}

/** Starts, makes or looks at the books, and stops as a service manager would. */
async function during<T>(options: ServeOptions, work: (served: Served) => Promise<T>): Promise<T> {
  const served = await serveProcess("2021", options);
  try {
    return await work(served);
  } finally {
    await served.stop();
  }
}

const demo = ["--demo", "--test-clock", "2026-03-15"];

describe("the private PostgreSQL", () => {
  it("is its data directory, copied while the server is stopped", async () => {
    const dataDir = join(folder, "private");
    const archive = join(folder, "backup.tgz");
    const { books, keys } = await during({ dataDir, args: demo }, async (served) => ({
      books: await booksOf(served),
      keys: served.credentials,
    }));

    await sh('tar -C "$DATA_DIR" -czf "$BACKUP" .', { DATA_DIR: dataDir, BACKUP: archive });
    await rm(dataDir, { recursive: true });
    const restored = join(folder, "elsewhere");
    await sh('mkdir -m 711 "$DATA_DIR" && tar -C "$DATA_DIR" -xpzf "$BACKUP"', {
      DATA_DIR: restored,
      BACKUP: archive,
    });

    await during({ dataDir: restored, args: [] }, async (served) => {
      expect(await booksOf(served)).toEqual(books);
      expect(served.credentials.admin_key).toBe(keys.admin_key);
      await goOn(served);
    });
  });
});

describe.skipIf(!hasSystemPostgres)("a server that DATABASE_URL names", () => {
  it("is dumped while it serves, and restored into an empty database", async () => {
    const postgres = await startSystemPostgres();
    const original = await postgres.createDatabase();
    const empty = await postgres.createDatabase();
    const dump = join(folder, "paymaster.dump");
    const env = {
      PATH: `${SYSTEM_POSTGRES_DIR}/bin:${process.env.PATH}`,
      DATABASE_URL: original.url,
      NEW_DATABASE_URL: empty.url,
      DUMP: dump,
    };
    const dataDir = join(folder, "of-a-server");
    const books = await during(
      { dataDir, args: demo, databaseUrl: original.url },
      async (served) => {
        const made = await booksOf(served);
        await sh('pg_dump --format=custom --file="$DUMP" "$DATABASE_URL"', env);
        return made;
      },
    );

    await sh(
      'pg_restore --exit-on-error --single-transaction --no-owner --no-acl --dbname="$NEW_DATABASE_URL" "$DUMP"',
      env,
    );

    // With the data directory of before, and on a machine that has none: both find the books.
    await during({ dataDir, args: [], databaseUrl: empty.url }, async (served) => {
      expect(await booksOf(served)).toEqual(books);
    });
    const other = join(folder, "another-machine");
    await during({ dataDir: other, args: [], databaseUrl: empty.url }, async (served) => {
      expect((await booksOf(served)).balance).toEqual(books.balance);
      await goOn(served);
    });
    await original.drop();
    await empty.drop();
  });
});
