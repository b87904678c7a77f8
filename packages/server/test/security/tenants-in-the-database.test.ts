/**
 * What the database itself does so that tenants stay apart, whoever asks: keys that begin with the tenant,
 * and rows that would join two tenants are refused. And what the wire asks it always names the tenant.
 */
import { operationList } from "@paymaster/contract";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exchange, FINE_BODIES } from "../errors/raw.js";
import { type Master, newPlans, PRO, Stage } from "../errors/stage.js";

let stage: Stage;
let db: pg.Client;
let one: Master & { readonly sub: string; readonly invoice: string };
let other: Master & { readonly sub: string; readonly invoice: string };

async function tenant() {
  const master = await stage.master();
  const { token } = master;
  const sub = await stage.free({}, { token });
  await stage.call("POST", `/accounts/${sub}/plans`, newPlans(PRO), { token });
  const path = `/accounts/${sub}/billing/invoices`;
  const listed = await stage.call<{ invoices: { id: string }[] }>("GET", path, undefined, {
    token,
  });
  return { ...master, sub, invoice: listed.body.invoices[0]?.id ?? "" };
}

beforeAll(async () => {
  stage = await Stage.start("2021");
  db = new pg.Client(stage.paymaster.databaseUrl);
  await db.connect();
  one = await tenant();
  other = await tenant();
});
afterAll(async () => {
  await db.end();
  await stage.stop();
});

/** Of the service, not of a tenant. */
const OF_THE_SERVICE = [
  "admin_keys",
  "bill_runs",
  "clock",
  "console_sessions",
  "console_sign_in_failures",
  "installation",
  "issuers",
  "schema_migrations",
];

describe("keys", () => {
  it("begin with the tenant in every table that holds anything of one", async () => {
    const { rows } = await db.query(
      `select c.relname as name, coalesce(bool_or(a.attname = 'master_id'), false) as has_tenant,
          bool_or(a.attname = 'master_id' and a.attnum = any (k.conkey)) as in_key
        from pg_class c
        left join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
        left join pg_constraint k on k.conrelid = c.oid and k.contype = 'p'
        where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace
        group by c.relname`,
    );
    const ofTenants = rows.filter(({ name }) => !OF_THE_SERVICE.includes(name));
    expect(ofTenants.filter(({ in_key }) => in_key !== true)).toEqual([]);
    expect(ofTenants.length).toBeGreaterThan(15);
  });

  it("of one table in another take the tenant along: none can lead to somebody else's row", async () => {
    const { rows } = await db.query(
      `select k.conrelid::regclass::text as from_table, k.confrelid::regclass::text as to_table,
          exists (select 1 from pg_attribute a where a.attrelid = k.conrelid
            and a.attname = 'master_id' and a.attnum = any (k.conkey)) as names_tenant
        from pg_constraint k where k.contype = 'f'
          and exists (select 1 from pg_attribute a
            where a.attrelid = k.confrelid and a.attname = 'master_id' and not a.attisdropped)`,
    );
    expect(rows.length).toBeGreaterThan(10);
    expect(rows.filter(({ names_tenant }) => !names_tenant)).toEqual([]);
  });
});

/** The error that refuses the statement; nothing stays of it. */
async function refusal(sql: string, values: readonly unknown[]): Promise<string> {
  await db.query("begin");
  try {
    await db.query(sql, [...values]);
    return "nothing was refused";
  } catch (error) {
    return (error as pg.DatabaseError).code ?? String(error);
  } finally {
    await db.query("rollback");
  }
}

const FOREIGN_KEY = "23503";
const CHECK = "23514";
const RESTRICTED = "23001";

/** One row a table, of the tenant $1, that names the account $2 or the invoice $3 of another one. */
const CROSSING: Readonly<Record<string, [sql: string, code: string]>> = {
  "an API key": [
    `insert into api_keys select $1, $2, 'k', '\\x00', array['x'], now(), null where $3 <> ''`,
    FOREIGN_KEY,
  ],
  "an OAuth client": [
    `insert into oauth_clients select $1, $2, 'c', '\\x00', now() where $3 <> ''`,
    FOREIGN_KEY,
  ],
  "an access token": [
    `insert into access_tokens select $1, $2, '\\x00', 'c', array['x'], now(), null where $3 <> ''`,
    FOREIGN_KEY,
  ],
  "a subscription item": [
    `insert into subscription_items
      select (jsonb_populate_record(i, jsonb_build_object('master_id', $1::text, 'number', 99))).*
        from subscription_items i where account_id = $2 and $3 <> '' limit 1`,
    FOREIGN_KEY,
  ],
  "a payment": [
    `insert into payments
      select $1, 'p', $2, 'r', 1, 'USD', '\\x00', 0, '2026-01-31', now() where $3 <> ''`,
    FOREIGN_KEY,
  ],
  "what is paid of an invoice": [
    `insert into applications (master_id, invoice_id, payment_id, amount_minor, applied_on)
      select $1, $3, 'p', 1, '2026-01-31' where $2 <> ''`,
    FOREIGN_KEY,
  ],
  "a draft": [
    `insert into invoice_drafts
      select (jsonb_populate_record(null::invoice_drafts, to_jsonb(i) || jsonb_build_object(
        'master_id', $1::text, 'status', 'Draft', 'lines', '[]'::jsonb))).*
        from invoices i where i.account_id = $2 and i.id = $3`,
    FOREIGN_KEY,
  ],
  "an unbilled charge": [
    `insert into unbilled_charges (master_id, account_id, canceled_invoice_id, due_date, line)
      values ($1, $2, $3, '2026-01-31', '{}')`,
    FOREIGN_KEY,
  ],
  "an answer kept for a repeated request": [
    `insert into idempotency_keys
      select $1, $2, 'k', '\\x00', 200, null, now() where $3 <> ''`,
    FOREIGN_KEY,
  ],
  "what an assistant spent": [
    `insert into mcp_spending select $1, $2, '2026-01-31', 'USD', 'i', 1 where $3 <> ''`,
    FOREIGN_KEY,
  ],
  "a statement": [
    `insert into statements
      select $1, 's', $2, 'run', '2026-01-31', 'USD', 1, 1, now() where $3 <> ''`,
    FOREIGN_KEY,
  ],
  "a posting": [
    `insert into ledger_entries
      select $1, 'manual:1', entry, $2, account, amount, 'USD', '2026-01-31', null, now()
        from (values (1, 'cash', 5), (2, 'receivable', -5)) v (entry, account, amount)
        where $3 <> ''`,
    FOREIGN_KEY,
  ],
  "an invoice": [
    `insert into invoices
      select (jsonb_populate_record(i, jsonb_build_object(
        'master_id', $1::text, 'id', md5(i.id),
        'number', (select max(number) + 1 from invoices where master_id = $1)))).*
        from invoices i where i.account_id = $2 and i.id = $3`,
    CHECK,
  ],
  "an invoice given to another tenant": [
    `update invoices set master_id = $1 where account_id = $2 and id = $3`,
    RESTRICTED,
  ],
};

describe("a row that would join two tenants is refused", () => {
  it.each(Object.entries(CROSSING))("%s", async (_what, [sql, code]) => {
    expect(await refusal(sql, [one.id, other.sub, other.invoice])).toBe(code);
  });
});

interface Statement {
  readonly text: string;
  readonly values: string;
}

/** What the server asks its database while `work` runs. */
async function statementsOf(work: () => Promise<unknown>): Promise<Statement[]> {
  const asked: Statement[] = [];
  const original = pg.Client.prototype.query;
  pg.Client.prototype.query = function (this: pg.Client, ...args: unknown[]) {
    const [query, values] = args as [string | { text?: string; values?: unknown }, unknown];
    const text = typeof query === "string" ? query : (query.text ?? "");
    const given = typeof query === "string" ? values : (query.values ?? values);
    asked.push({ text, values: JSON.stringify(given ?? []) });
    return (original as (...all: unknown[]) => unknown).apply(this, args);
  } as typeof original;
  try {
    await work();
  } finally {
    pg.Client.prototype.query = original;
  }
  return asked;
}

/** Found by the hash of a secret, which says who the tenant is. */
const BY_SECRET = /where (key_hash|token_hash) = \$1/;
const TENANTS_TABLE =
  /\b(from|join|into|update) (accounts|subscription_items|invoices|invoice_lines|invoice_drafts|payments|applications|ledger_entries|audit_log|unbilled_charges|revenue_schedules|statements|statement_lines|idempotency_keys|mcp_spending)\b/i;

describe("the wire", () => {
  it("asks for no tenant's rows without naming the caller's tenant", async () => {
    // What the server asks by itself, day and night, for all of its tenants.
    const own = await statementsOf(() => new Promise((resolve) => setTimeout(resolve, 2_500)));
    const byItself = new Set(own.map(({ text }) => text));
    const asked = await statementsOf(async () => {
      for (const { method, path, tool } of operationList) {
        const body = FINE_BODIES[tool];
        const at = path.replace("{accountId}", one.sub).replace("{invoiceId}", one.invoice);
        await exchange(stage, {
          method,
          path: `/v2${at}`,
          token: one.token,
          headers: { "content-type": "application/json", "idempotency-key": tool },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
      }
    });
    const ofTenants = asked.filter(
      ({ text }) => TENANTS_TABLE.test(text) && !BY_SECRET.test(text) && !byItself.has(text),
    );
    expect(ofTenants.length).toBeGreaterThan(40);
    const unnamed = ofTenants.filter(
      ({ text, values }) => !text.includes("master_id") || !values.includes(one.id),
    );
    expect(unnamed).toEqual([]);
  });
});
