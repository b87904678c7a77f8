/** What was last read of an account, kind by kind, and the tables that are derived from it. */
import { licenceEntries, planEntries, storageIn } from "../figures/index.js";
import type { AccountKind } from "../sync/kinds.js";
import type { Database } from "./driver.js";
import { recordInvoices } from "./invoices.js";

export interface Reading {
  readonly accountId: string;
  readonly kind: AccountKind;
  readonly readAt: string | null;
  readonly outcome: "read" | "none" | null;
  readonly problem: string | null;
  /** When a quota that was closed reopens. */
  readonly retryAt: string | null;
}

const COLUMNS = `account_id AS "accountId", kind, read_at AS "readAt", outcome, problem,
  retry_at AS "retryAt"`;

export function listReadings(database: Database): Reading[] {
  return database.all(`SELECT ${COLUMNS} FROM readings`);
}

export function readingsOf(database: Database, accountId: string): Reading[] {
  return database.all(`SELECT ${COLUMNS} FROM readings WHERE account_id = ?`, [accountId]);
}

/** An answer. Runs in the caller's transaction. */
export function recordAnswer(
  database: Database,
  { accountId, kind }: Pick<Reading, "accountId" | "kind">,
  answer: unknown,
  readAt: string,
): void {
  // Invoices have a table that says all that the answer does.
  const body = kind === "plans" || kind === "usage" ? JSON.stringify(answer) : null;
  if (kind === "plans" && hasChanged(database, accountId, body)) {
    const sql = "UPDATE accounts SET plans_changed_at = ? WHERE account_id = ?";
    database.run(sql, [readAt, accountId]);
  }
  derive(database, accountId, kind, answer, readAt);
  write(database, accountId, kind, readAt, "read", body, null);
}

/** The service says that there is nothing to read, e.g. no invoices of an account that never paid. */
export function recordNone(
  database: Database,
  { accountId, kind }: Pick<Reading, "accountId" | "kind">,
  reason: string,
  readAt: string,
): void {
  if (kind === "plans" || kind === "usage" || kind === "contact") {
    derive(database, accountId, kind, {}, readAt);
  }
  write(database, accountId, kind, readAt, "none", null, reason);
}

/** The attempt failed: what was read before stays. */
export function recordFailure(
  database: Database,
  { accountId, kind }: Pick<Reading, "accountId" | "kind">,
  failure: { readonly problem: string; readonly code: string; readonly retryAt: string | null },
  triedAt: string,
): void {
  database.run(
    `INSERT INTO readings (account_id, kind, tried_at, problem, problem_code, retry_at)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6)
     ON CONFLICT (account_id, kind) DO UPDATE SET
       tried_at = ?3, problem = ?4, problem_code = ?5, retry_at = ?6`,
    [accountId, kind, triedAt, failure.problem, failure.code, failure.retryAt],
  );
}

function write(
  database: Database,
  accountId: string,
  kind: AccountKind,
  readAt: string,
  outcome: "read" | "none",
  body: string | null,
  reason: string | null,
): void {
  database.run(
    `INSERT INTO readings (account_id, kind, read_at, outcome, body, problem)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6)
     ON CONFLICT (account_id, kind) DO UPDATE SET read_at = ?3, outcome = ?4, body = ?5,
       problem = ?6, tried_at = NULL, problem_code = NULL, retry_at = NULL`,
    [accountId, kind, readAt, outcome, body, reason],
  );
}

function hasChanged(database: Database, accountId: string, body: string | null): boolean {
  const before = database.get<{ body: string | null }>(
    "SELECT body FROM readings WHERE account_id = ? AND kind = 'plans' AND read_at IS NOT NULL",
    [accountId],
  );
  return before !== undefined && before.body !== body;
}

function derive(
  database: Database,
  accountId: string,
  kind: AccountKind,
  answer: unknown,
  readAt: string,
): void {
  if (kind === "plans") derivePlans(database, accountId, answer);
  else if (kind === "usage") deriveUsage(database, accountId, answer);
  else if (kind === "contact") deriveContact(database, accountId, answer);
  else recordInvoices(database, accountId, answer, readAt, kind === "invoices");
}

function derivePlans(database: Database, accountId: string, answer: unknown): void {
  database.run("DELETE FROM plans WHERE account_id = ?", [accountId]);
  planEntries(answer).forEach((plan, position) => {
    database.run("INSERT INTO plans VALUES (?, ?, ?, ?, ?, ?, ?, ?)", [
      accountId,
      position,
      plan.family,
      plan.type,
      plan.hosts ?? null,
      plan.status,
      plan.nextInvoiceDate ?? null,
      plan.serviceEffectiveDate ?? null,
    ]);
  });
}

function deriveUsage(database: Database, accountId: string, answer: unknown): void {
  database.run("DELETE FROM licences WHERE account_id = ?", [accountId]);
  licenceEntries(answer).forEach(({ family, type, hosts, used, pending }, position) => {
    database.run("INSERT INTO licences VALUES (?, ?, ?, ?, ?, ?, ?)", [
      accountId,
      position,
      family,
      type,
      hosts,
      used,
      pending,
    ]);
  });
  database.run("DELETE FROM storage WHERE account_id = ?", [accountId]);
  const storage = storageIn(answer);
  if (storage === undefined) return;
  const { type = null, freeGb, freeUsedGb, planGb, planUsedGb, exceedGb } = storage;
  const values = [accountId, type, freeGb, freeUsedGb, planGb, planUsedGb, exceedGb];
  database.run("INSERT INTO storage VALUES (?, ?, ?, ?, ?, ?, ?)", values);
}

const CONTACT_COLUMNS = [
  "first_name",
  "last_name",
  "email",
  "phone_number",
  "address",
  "apt",
  "city",
  "state",
  "zip",
  "country",
] as const;

function deriveContact(database: Database, accountId: string, answer: unknown): void {
  database.run("DELETE FROM contacts WHERE account_id = ?", [accountId]);
  const contact = (answer ?? {}) as Readonly<Record<string, unknown>>;
  if (Object.keys(contact).length === 0) return;
  const values = CONTACT_COLUMNS.map((name) => String(contact[name] ?? ""));
  database.run(
    `INSERT INTO contacts (account_id, ${CONTACT_COLUMNS.join(", ")})
     VALUES (?, ${CONTACT_COLUMNS.map(() => "?").join(", ")})`,
    [accountId, ...values],
  );
}
