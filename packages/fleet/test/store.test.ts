/** The file itself: versions, owners, locks, and what is none of ours. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { openDatabase } from "../src/store/driver.js";
import { SCHEMA_VERSIONS } from "../src/store/schema.js";
import { claimStore, lockForSync, openStore, StoreError } from "../src/store/store.js";

function storePath(): string {
  const folder = mkdtempSync(join(tmpdir(), "paymaster-fleet-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, "fleet.db");
}

it("a store of an older version is brought to the present one, with what it holds", () => {
  const path = storePath();
  const old = openDatabase(path, 0);
  old.exec(SCHEMA_VERSIONS[0] ?? "");
  old.exec("PRAGMA user_version = 1");
  old.run(
    `INSERT INTO accounts (account_id, name, number, type, owner_email, seats, created_at,
       subscription_start, subscription_end, first_seen_at, seen_at, changed_at)
     VALUES ('a', 'Acme', '1', 'Business', '', 10, '', '', '', '', '', '')`,
  );
  old.close();
  const store = openStore(path);
  onTestFinished(() => store.close());
  expect(store.database.get("SELECT name FROM accounts")).toEqual({ name: "Acme" });
  expect(store.database.all("SELECT * FROM invoice_files")).toEqual([]);
  expect(store.database.get("PRAGMA user_version")).toEqual({
    user_version: SCHEMA_VERSIONS.length,
  });
});

it("a store of a newer version is refused and left as it is", () => {
  const path = storePath();
  openStore(path).close();
  const database = openDatabase(path, 0);
  database.exec("PRAGMA user_version = 99");
  database.close();
  expect(() => openStore(path)).toThrow(/of version 99, made by a newer paymaster; this one knows/);
});

it("a file that is no store is refused", () => {
  const text = storePath();
  writeFileSync(text, "account,amount\n".repeat(100));
  expect(() => openStore(text)).toThrow(StoreError);
  const other = storePath();
  const database = openDatabase(other, 0);
  database.exec("CREATE TABLE recipes (name TEXT)");
  database.close();
  expect(() => openStore(other)).toThrow(/but no store of paymaster fleet/);
  expect(() => openStore(join(other, "..", "missing.db"), { create: false })).toThrow(
    /there is no store at .*missing\.db; paymaster fleet sync makes it/,
  );
});

it("a store is of one master of one service", () => {
  const store = openStore(storePath());
  onTestFinished(() => store.close());
  claimStore(store, "https://api.example/v2", "m1");
  claimStore(store, "https://api.example/v2", "m1");
  expect(() => claimStore(store, "https://api.example/v2", "m2")).toThrow(
    /holds the accounts of master m1 at https:\/\/api\.example\/v2, not of m2/,
  );
});

it("one sync at a time; a process that is killed leaves no lock behind", async () => {
  const path = storePath();
  const store = openStore(path);
  onTestFinished(() => store.close());
  const script = `
    const Libsql = require("libsql");
    const database = new Libsql(${JSON.stringify(`${path}.lock`)}, { timeout: 0 });
    database.exec("BEGIN EXCLUSIVE");
    console.log("locked");
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["-e", script], {
    cwd: import.meta.dirname,
    stdio: ["ignore", "pipe", "inherit"],
  });
  await new Promise((resolve) => child.stdout.once("data", resolve));
  expect(() => lockForSync(store)).toThrow(/another sync or download uses .*fleet\.db/);
  const ended = new Promise((resolve) => child.once("close", resolve));
  child.kill("SIGKILL");
  await ended;
  lockForSync(store).release();
});
