/**
 * Accounts by the hundred thousand, set by set: masters with an API key each, and sub accounts with a base,
 * a webinar and a recording plan, bought together and invoiced for their first month.
 */
import { createHash } from "node:crypto";
import { allScopes } from "../../packages/server/dist/oauth/scopes.js";

const BATCH = 50_000;

/** Master `m-00012` has the API key `pmk_bench_m-00012`. */
export const apiKeyOf = (masterId) => `pmk_bench_${masterId}`;
export const masterIdOf = (index) => `m-${String(index).padStart(5, "0")}`;
export const accountIdOf = (index) => `a-${String(index).padStart(8, "0")}`;

/**
 * Sub account `a-<i>` belongs to master `m-<i mod masters>`; `since` is the day on which all bought their
 * plans, the first of this month unless it is given.
 */
export async function seedAccounts(pool, { masters, accounts, since = firstOfMonth() }) {
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
    const values = [from, Math.min(from + BATCH, accounts) - 1, masters, since];
    for (const statement of [SUB_ACCOUNTS, ITEMS, LINES, INVOICES]) {
      await pool.query(statement, values);
    }
  }
  await pool.query("vacuum analyze");
}

function firstOfMonth() {
  return `${new Date().toISOString().slice(0, 8)}01`;
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
      $4::date, $4::date + interval '1 month', $4::date
    from (
      select 'm-' || lpad((i % $3)::text, 5, '0') as master_id, 'a-' || lpad(i::text, 8, '0') as id
      from generate_series($1::int, $2::int) as i) made`;

const ITEMS = `
  insert into subscription_items (master_id, account_id, number, family, role, plan_type, hosts,
      host_blocks, unit_price_minor, interval_months, is_trial, start_date, anchor, anchor_day,
      period_start, period_end, status)
    select 'm-' || lpad((i % $3)::text, 5, '0'), 'a-' || lpad(i::text, 8, '0'), number, family, role,
      plan_type, hosts, jsonb_build_array(hosts), unit_price, 1, false, $4::date, $4::date,
      extract(day from $4::date), $4::date, $4::date + interval '1 month', 'active'
    from generate_series($1::int, $2::int) as i,
      (values (1, 'plan_base', 'base', 'business_monthly', 10, 1999),
        (2, 'plan_webinar', 'addon', 'webinar500_monthly', 1, 7900),
        (3, 'plan_recording', 'addon', 'cmr_monthly_commitment_40', 1, 4000))
        as plan (number, family, role, plan_type, hosts, unit_price)`;

/** An account's first invoice has an id that follows from the account's. */
const INVOICE_ID = "md5('first' || account_id)";
const SEEDED = `subscription_items
  where account_id between 'a-' || lpad($1::text, 8, '0') and 'a-' || lpad($2::text, 8, '0')
    and $3::int > 0 and start_date = $4`;

const LINES = `
  insert into invoice_lines (master_id, invoice_id, line, account_id, item_number, family, plan_type,
      charge_name, charge_type, reason, quantity, unit_price_minor, start_date, end_date, amount_minor,
      tax_minor, tax_rate_ppm, derivation)
    select master_id, ${INVOICE_ID}, number, account_id, number, family, plan_type, plan_type,
      'Recurring', 'recurring', hosts, unit_price_minor, period_start, period_end,
      unit_price_minor * hosts, 0, 0,
      jsonb_build_object('rule', 'full_period', 'cause', 'subscribe', 'planType', plan_type,
        'unitPriceMinor', unit_price_minor, 'quantity', hosts, 'currency', 'USD', 'unit', 'host',
        'periodStart', period_start, 'periodEnd', period_end, 'periodDays', period_end - period_start,
        'fullAmountMinor', unit_price_minor * hosts, 'fromDay', 0,
        'toDay', period_end - period_start, 'rounding', 'half away from zero')
    from ${SEEDED}`;

const INVOICES = `
  insert into invoices (master_id, id, account_id, payer_id, number, invoice_number, status, currency,
      invoice_date, target_date, due_date, net_minor, tax_minor, total_minor, balance_minor, parties,
      created_at)
    select master_id, ${INVOICE_ID}, account_id, master_id, number,
      'INV-' || lpad(number::text, 8, '0'), 'Posted', 'USD', $4, $4, $4::date + 30, total, 0, total,
      total, '{}', $4::date
    from (
      select master_id, account_id, sum(unit_price_minor * hosts) as total,
        $1::int / $3::int + row_number() over (partition by master_id order by account_id) as number
      from ${SEEDED} group by master_id, account_id) made`;
