/**
 * Accounts by the hundred thousand, set by set: masters with an API key each, and sub accounts with a base,
 * a webinar and a recording plan that they hold since the first of the month. They have no invoices: what
 * is measured on them is reading, and changing plans.
 */
import { createHash } from "node:crypto";
import { allScopes } from "../../packages/server/dist/oauth/scopes.js";

const BATCH = 50_000;

/** Master `m-00012` has the API key `pmk_bench_m-00012`. */
export const apiKeyOf = (masterId) => `pmk_bench_${masterId}`;
export const masterIdOf = (index) => `m-${String(index).padStart(5, "0")}`;
export const accountIdOf = (index) => `a-${String(index).padStart(8, "0")}`;

/** Sub account `a-<i>` belongs to master `m-<i mod masters>`. */
export async function seedAccounts(pool, { masters, accounts }) {
  await pool.query(
    `insert into accounts (master_id, id, kind, account_name, owner_id, owner_email, created_at)
      select id, id, 'master', id, id, id || '@bench.example', now()
      from (select 'm-' || lpad(i::text, 5, '0') as id from generate_series(0, $1 - 1) as i) made`,
    [masters],
  );
  const ids = Array.from({ length: masters }, (_, index) => masterIdOf(index));
  await pool.query(
    `insert into api_keys (master_id, account_id, id, key_hash, scopes, created_at)
      select id, id, 'k-' || id, decode(hash, 'hex'), $3, now()
      from unnest($1::text[], $2::text[]) as made (id, hash)`,
    [ids, ids.map((id) => createHash("sha256").update(apiKeyOf(id)).digest("hex")), allScopes],
  );
  for (let from = 0; from < accounts; from += BATCH) {
    await pool.query(SUB_ACCOUNTS, [from, Math.min(from + BATCH, accounts) - 1, masters]);
    await pool.query(ITEMS, [from, Math.min(from + BATCH, accounts) - 1, masters]);
  }
  await pool.query("vacuum analyze");
}

const SUB_ACCOUNTS = `
  insert into accounts (master_id, id, kind, parent_id, account_name, first_name, last_name, owner_id,
      owner_email, contact, ever_paid, next_item_number, usage, usage_charged_through, next_due_date,
      created_at)
    select master_id, id, 'sub', master_id, 'Account ' || id, 'Mira', 'Castellan', id,
      id || '@bench.example',
      '{"first_name": "Mira", "last_name": "Castellan", "email": "mira@bench.example",
        "phone_number": "+1 206 555 0134", "address": "1200 Pike Street", "apt": "4",
        "city": "Seattle", "state": "WA", "zip": "98101", "country": "US"}',
      true, 4,
      '{"hosts": {"business_monthly": 3}, "recordingGb": 12.5, "recordingPeakGb": 12.5, "usageChargesMinor": {}}',
      date_trunc('month', now()), date_trunc('month', now()) + interval '1 month', now()
    from (
      select 'm-' || lpad((i % $3)::text, 5, '0') as master_id, 'a-' || lpad(i::text, 8, '0') as id
      from generate_series($1::int, $2::int) as i) made`;

const ITEMS = `
  insert into subscription_items (master_id, account_id, number, family, role, plan_type, hosts,
      host_blocks, unit_price_minor, interval_months, is_trial, start_date, anchor, anchor_day,
      period_start, period_end, status)
    select 'm-' || lpad((i % $3)::text, 5, '0'), 'a-' || lpad(i::text, 8, '0'), number, family, role,
      plan_type, hosts, jsonb_build_array(hosts), unit_price, 1, false, month, month, 1, month,
      month + interval '1 month', 'active'
    from generate_series($1::int, $2::int) as i,
      (select date_trunc('month', now())::date as month) as today,
      (values (1, 'plan_base', 'base', 'business_monthly', 10, 1999),
        (2, 'plan_webinar', 'addon', 'webinar500_monthly', 1, 7900),
        (3, 'plan_recording', 'addon', 'cmr_monthly_commitment_40', 1, 4000))
        as plan (number, family, role, plan_type, hosts, unit_price)`;
