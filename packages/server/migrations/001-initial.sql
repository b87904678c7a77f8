-- The whole schema of version 1. Every key starts with master_id (the tenant), so that the tables can be
-- distributed by it. Dates are civil dates; instants are timestamptz by the service's clock; money is an
-- integer of minor units. What must never happen twice is a unique key; money rows are append-only.

create table installation (
  only_row boolean primary key default true check (only_row),
  created_at timestamptz not null,
  world text not null check (world in ('demo', 'empty')),
  -- Demo world: 'building' until every step is done; a start that finds it so begins again.
  world_state text not null check (world_state in ('building', 'ready')),
  first_account_id text
);

-- Keys of the operator's API; each data directory that serves this database has its own.
create table admin_keys (
  key_hash bytea primary key,
  created_at timestamptz not null
);

-- The service's clock: at `real_at` the service's time was `service_at`; since then it went on
-- (ticking) or stood still. `seen_at` is a heartbeat of the servers, to resume a test clock after a stop.
create table clock (
  only_row boolean primary key default true check (only_row),
  kind text not null check (kind in ('system', 'test')),
  ticking boolean not null,
  service_at timestamptz not null,
  real_at timestamptz not null,
  seen_at timestamptz not null
);

create table accounts (
  master_id text not null,
  id text not null,
  kind text not null check (kind in ('master', 'sub', 'regular')),
  -- The master that manages the account directly (three tiers: master, second-level master, sub).
  parent_id text,
  account_number bigint generated always as identity,
  account_name text not null,
  first_name text not null default '',
  last_name text not null default '',
  owner_id text not null,
  owner_email text not null,
  contact jsonb,
  options jsonb not null default '{}',
  pay_mode text not null default 'master' check (pay_mode in ('master', 'sub')),
  billing_auto_renew boolean not null default true,
  vip boolean not null default false,
  -- A second-level master: manages the accounts whose parent it is.
  reseller boolean not null default false,
  bulk_licenses boolean not null default false,
  may_add_sub_accounts boolean not null default true,
  tier text not null default 'business' check (tier in ('free', 'pro', 'business')),
  payment_term_days integer not null default 30 check (payment_term_days between 0 and 365),
  tax_exempt boolean not null default false,
  consolidated_statements boolean not null default false,
  currency text not null default 'USD' check (currency ~ '^[A-Z]{3}$'),
  ever_paid boolean not null default false,
  trial_used_on date,
  next_item_number integer not null default 1 check (next_item_number > 0),
  -- Usage as reported by the operator and not yet charged.
  usage jsonb not null default '{"hosts": {}, "recordingGb": 0, "recordingPeakGb": 0, "usageChargesMinor": {}}',
  usage_charged_through date,
  -- First day on which a bill run has something to do here; null: nothing ever.
  next_due_date date,
  -- Unapplied credit as payer; equals its customer_credit entries (an invariant checks it).
  credit_minor bigint not null default 0 check (credit_minor >= 0),
  created_at timestamptz not null,
  disassociated_at timestamptz,
  primary key (master_id, id),
  check ((kind = 'sub') = (master_id <> id))
);
create index accounts_id on accounts (id);
create unique index accounts_email on accounts (master_id, lower(owner_email));
create index accounts_due on accounts (next_due_date, master_id, id) where next_due_date is not null;
create index accounts_consolidated on accounts (master_id, id) where consolidated_statements;
create index accounts_listing on accounts (master_id, created_at, id) where kind = 'sub' and disassociated_at is null;

create table oauth_clients (
  master_id text not null,
  account_id text not null,
  client_id text not null,
  secret_hash bytea not null,
  created_at timestamptz not null,
  primary key (master_id, client_id),
  foreign key (master_id, account_id) references accounts
);
create unique index oauth_clients_id on oauth_clients (client_id);

create table api_keys (
  master_id text not null,
  account_id text not null,
  id text not null,
  key_hash bytea not null,
  scopes text[] not null check (cardinality(scopes) between 1 and 200),
  created_at timestamptz not null,
  revoked_at timestamptz,
  primary key (master_id, id),
  foreign key (master_id, account_id) references accounts
);
create unique index api_keys_hash on api_keys (key_hash);
create index api_keys_id on api_keys (id);

create table access_tokens (
  master_id text not null,
  account_id text not null,
  token_hash bytea not null,
  client_id text not null,
  scopes text[] not null,
  expires_at timestamptz not null,
  revoked_at timestamptz,
  primary key (master_id, token_hash),
  foreign key (master_id, account_id) references accounts
);
create unique index access_tokens_hash on access_tokens (token_hash);
create index access_tokens_expiry on access_tokens (expires_at);

create table subscription_items (
  master_id text not null,
  account_id text not null,
  number integer not null check (number > 0),
  family text not null,
  role text not null check (role in ('base', 'addon')),
  plan_type text not null,
  hosts integer not null check (hosts >= 0),
  -- The hosts as they were charged in the current period, in order; their sum is hosts.
  host_blocks jsonb not null,
  unit_price_minor bigint not null check (unit_price_minor >= 0),
  interval_months smallint not null check (interval_months in (0, 1, 3, 12, 24, 36)),
  is_trial boolean not null,
  start_date date not null,
  anchor date not null,
  anchor_day smallint not null check (anchor_day between 1 and 31),
  period_start date not null,
  period_end date not null check (period_end >= period_start),
  status text not null check (status in ('active', 'cancel', 'expired', 'replaced')),
  pending jsonb,
  options jsonb not null default '{}',
  cancellation jsonb,
  end_date date,
  primary key (master_id, account_id, number),
  foreign key (master_id, account_id) references accounts
)
-- Every renewal updates the row: room for the new version on the same page spares the indexes.
with (fillfactor = 70);
-- One running item of a type in an account, and one running base plan.
create unique index subscription_items_type on subscription_items (master_id, account_id, family, plan_type)
  where status in ('active', 'cancel');
create unique index subscription_items_base on subscription_items (master_id, account_id)
  where role = 'base' and status in ('active', 'cancel');

create table bill_runs (
  id text primary key,
  mode text not null check (mode in ('post', 'draft', 'preview')),
  target_date date not null,
  run_date date not null,
  started_by text not null,
  -- running; done: every account was worked through, though some may be set aside; failed: there were
  -- accounts to bill and every one of them was set aside.
  status text not null check (status in ('running', 'done', 'failed')),
  accounts_total integer not null default 0,
  accounts_done integer not null default 0,
  accounts_failed integer not null default 0,
  invoices integer not null default 0,
  total_minor bigint not null default 0,
  currency text not null default 'USD',
  created_at timestamptz not null,
  finished_at timestamptz,
  -- For the rate of the work, in real time whatever the service's clock says: the last batch that was
  -- finished, and since when and from how many accounts on it was measured.
  progress_at timestamptz,
  measured_from timestamptz,
  measured_base integer not null default 0
);
create index bill_runs_running on bill_runs (created_at) where status = 'running';
create index bill_runs_listing on bill_runs (created_at, id);

-- The work of a bill run: claimed with SKIP LOCKED in the transaction that does it.
create table bill_run_accounts (
  master_id text not null,
  bill_run_id text not null references bill_runs,
  account_id text not null,
  -- Tiers below the root master (0). A batch holds accounts of one depth: locks are taken from the
  -- deepest tier upwards.
  depth smallint not null check (depth between 0 and 2),
  state text not null default 'waiting' check (state in ('waiting', 'done', 'failed')),
  -- Why it was set aside.
  reason text,
  -- What the run made of it: nothing was due, or an invoice (in a preview one without an id).
  invoice_id text,
  total_minor bigint,
  primary key (bill_run_id, master_id, account_id)
);
create index bill_run_accounts_waiting on bill_run_accounts (bill_run_id, depth, master_id, account_id)
  where state = 'waiting';
create index bill_run_accounts_failed on bill_run_accounts (bill_run_id, master_id, account_id)
  where state = 'failed';

-- Posted invoices. Drafts are not money and live in invoice_drafts until they are posted.
create table invoices (
  master_id text not null,
  id text not null check (id ~ '^[0-9a-f]{32}$'),
  account_id text not null,
  payer_id text not null,
  number bigint not null check (number > 0),
  invoice_number text not null,
  status text not null check (status in ('Posted', 'Canceled')),
  currency text not null,
  invoice_date date not null,
  target_date date not null,
  due_date date not null check (due_date >= invoice_date),
  net_minor bigint not null,
  tax_minor bigint not null,
  total_minor bigint not null check (total_minor = net_minor + tax_minor),
  balance_minor bigint not null check (balance_minor >= 0),
  bill_run_id text,
  -- Names and addresses as they were on the day: an invoice does not follow later edits.
  parties jsonb not null,
  created_at timestamptz not null,
  canceled_at timestamptz,
  -- Its accounts and its lines are checked by invoices_complete, set by set: foreign keys check row by row.
  primary key (master_id, id),
  unique (master_id, number)
);
create index invoices_account on invoices (master_id, account_id, invoice_date, number);
create index invoices_open on invoices (master_id, payer_id, due_date, number) where balance_minor > 0;
create index invoices_id on invoices (id);

create table invoice_lines (
  master_id text not null,
  invoice_id text not null,
  line integer not null check (line > 0),
  account_id text not null,
  item_number integer not null,
  family text not null,
  plan_type text not null,
  charge_name text not null,
  charge_type text not null,
  reason text not null,
  quantity integer not null,
  unit_price_minor bigint not null,
  start_date date not null,
  end_date date not null,
  amount_minor bigint not null,
  tax_minor bigint not null,
  tax_rate_ppm integer not null,
  derivation jsonb not null,
  -- Set when the invoice is cancelled: the charge may then be made again.
  voided boolean not null default false,
  -- Lines are written before their invoice takes its number, so that the sequence of numbers is held as
  -- briefly as can be; invoices_complete checks that they are there and add up.
  primary key (master_id, invoice_id, line)
);
create unique index invoice_lines_charged_once
  on invoice_lines (master_id, account_id, item_number, start_date, reason) where not voided;

create table invoice_drafts (
  master_id text not null,
  id text not null check (id ~ '^[0-9a-f]{32}$'),
  account_id text not null,
  payer_id text not null,
  status text not null check (status in ('Draft', 'Canceled')),
  currency text not null,
  invoice_date date not null,
  target_date date not null,
  due_date date not null,
  net_minor bigint not null,
  tax_minor bigint not null,
  total_minor bigint not null,
  lines jsonb not null,
  bill_run_id text,
  created_at timestamptz not null,
  primary key (master_id, id),
  foreign key (master_id, account_id) references accounts
);
create unique index invoice_drafts_account on invoice_drafts (master_id, account_id) where status = 'Draft';
create index invoice_drafts_id on invoice_drafts (id);

-- Lines of cancelled invoices, which fall due again; taken up by the next bill run.
create table unbilled_charges (
  master_id text not null,
  account_id text not null,
  id bigint generated always as identity,
  canceled_invoice_id text not null,
  due_date date not null,
  line jsonb not null,
  primary key (master_id, account_id, id),
  foreign key (master_id, account_id) references accounts
);

create table payments (
  master_id text not null,
  id text not null,
  account_id text not null,
  reference text not null,
  amount_minor bigint not null check (amount_minor > 0),
  currency text not null,
  request_hash bytea not null,
  credit_minor bigint not null check (credit_minor >= 0),
  received_on date not null,
  created_at timestamptz not null,
  primary key (master_id, id),
  unique (master_id, account_id, reference),
  foreign key (master_id, account_id) references accounts
);

-- What was applied to invoices, from payments and from credit.
create table applications (
  master_id text not null,
  id bigint generated always as identity,
  invoice_id text not null,
  payment_id text,
  -- The invoice whose posting applied existing credit, where it was not a payment.
  credit_event text,
  amount_minor bigint not null check (amount_minor > 0),
  applied_on date not null,
  primary key (master_id, id),
  check ((payment_id is null) <> (credit_event is null)),
  foreign key (master_id, invoice_id) references invoices
);
create index applications_invoice on applications (master_id, invoice_id);
create index applications_payment on applications (master_id, payment_id) where payment_id is not null;

create table ledger_entries (
  master_id text not null,
  -- What was posted, e.g. `invoice:<id>`; a second posting of the same event is refused by the key.
  posting text not null,
  entry integer not null check (entry > 0),
  account_id text not null,
  ledger_account text not null check (ledger_account in
    ('receivable', 'deferred_revenue', 'revenue', 'tax_payable', 'cash', 'customer_credit')),
  -- Debit positive, credit negative.
  amount_minor bigint not null check (amount_minor <> 0),
  currency text not null,
  effective_date date not null,
  invoice_id text,
  created_at timestamptz not null,
  primary key (master_id, posting, entry)
);
create index ledger_entries_account on ledger_entries (master_id, account_id, effective_date, posting);
create index ledger_entries_invoice on ledger_entries (master_id, invoice_id);

-- Posted invoices with revenue that is not yet recognised: the work of the month ends.
create table revenue_schedules (
  master_id text not null,
  invoice_id text not null,
  -- First day of the first month whose revenue is not yet recognised.
  next_month date not null check (extract(day from next_month) = 1),
  -- First day after the last one that is charged in advance.
  until date not null,
  primary key (master_id, invoice_id)
);
create index revenue_schedules_due on revenue_schedules (next_month, master_id, invoice_id);

create table statements (
  master_id text not null,
  id text not null,
  payer_id text not null,
  bill_run_id text not null,
  statement_date date not null,
  currency text not null,
  total_minor bigint not null,
  invoices integer not null,
  created_at timestamptz not null,
  primary key (master_id, id),
  unique (master_id, payer_id, bill_run_id, currency)
);
create index statements_id on statements (id);

create table statement_lines (
  master_id text not null,
  statement_id text not null,
  invoice_id text not null,
  account_id text not null,
  total_minor bigint not null,
  primary key (master_id, statement_id, invoice_id),
  foreign key (master_id, statement_id) references statements
);

create table audit_log (
  master_id text not null,
  id bigint generated always as identity,
  account_id text not null,
  at timestamptz not null,
  actor text not null,
  event text not null,
  item_number integer,
  tracking_id text,
  before jsonb,
  after jsonb,
  primary key (master_id, account_id, id)
);

create table idempotency_keys (
  master_id text not null,
  account_id text not null,
  key text not null,
  request_hash bytea not null,
  status smallint not null,
  body text,
  created_at timestamptz not null,
  primary key (master_id, account_id, key)
);
create index idempotency_keys_age on idempotency_keys (created_at);

-- Append-only: what was recorded is never edited. A cancellation may mark lines as voided.
create function refuse_edit() returns trigger language plpgsql as $$
begin
  raise exception '% rows are append-only', tg_table_name using errcode = 'restrict_violation';
end $$;
create trigger ledger_entries_append_only before update or delete or truncate on ledger_entries
  for each statement execute function refuse_edit();
create trigger audit_log_append_only before update or delete or truncate on audit_log
  for each statement execute function refuse_edit();
create trigger payments_append_only before update or delete or truncate on payments
  for each statement execute function refuse_edit();
create trigger applications_append_only before update or delete or truncate on applications
  for each statement execute function refuse_edit();
create trigger statements_append_only before update or delete or truncate on statements
  for each statement execute function refuse_edit();
create trigger statement_lines_append_only before update or delete or truncate on statement_lines
  for each statement execute function refuse_edit();
create trigger invoice_lines_no_delete before delete or truncate on invoice_lines
  for each statement execute function refuse_edit();
create trigger invoices_no_delete before delete or truncate on invoices
  for each statement execute function refuse_edit();

create function guard_invoice_line() returns trigger language plpgsql as $$
begin
  if old.voided or not new.voided or (to_jsonb(new) - 'voided') <> (to_jsonb(old) - 'voided') then
    raise exception 'invoice lines are append-only' using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
create trigger invoice_lines_guard before update on invoice_lines
  for each row execute function guard_invoice_line();

-- A posted invoice never changes except its balance, and once its status, to Canceled.
create function guard_invoice() returns trigger language plpgsql as $$
begin
  if (to_jsonb(new) - '{balance_minor,status,canceled_at}'::text[])
     <> (to_jsonb(old) - '{balance_minor,status,canceled_at}'::text[])
     or (old.status = 'Canceled' and new.status <> 'Canceled') then
    raise exception 'a posted invoice never changes except its balance' using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
create trigger invoices_guard before update on invoices
  for each row execute function guard_invoice();

-- Every posting balances per currency; a posting is inserted by one statement.
create function check_balanced() returns trigger language plpgsql as $$
declare broken text;
begin
  select posting into broken from inserted
    group by master_id, posting, currency having sum(amount_minor) <> 0 limit 1;
  if broken is not null then
    raise exception 'posting % does not balance', broken using errcode = 'check_violation';
  end if;
  return null;
end $$;
create trigger ledger_entries_balance after insert on ledger_entries
  referencing new table as inserted for each statement execute function check_balanced();

-- Invoice numbers of a master have no gap: what is inserted starts at 1 or goes on from what is there.
create function check_gapless() returns trigger language plpgsql as $$
declare broken text;
begin
  select i.master_id into broken
    from (select master_id, min(number) as low, max(number) as high, count(*) as n
            from inserted group by master_id) i
    where i.high - i.low + 1 <> i.n or (i.low > 1 and not exists (
      select 1 from invoices p where p.master_id = i.master_id and p.number = i.low - 1))
    limit 1;
  if broken is not null then
    raise exception 'invoice numbers of % would have a gap', broken using errcode = 'check_violation';
  end if;
  return null;
end $$;
create trigger invoices_gapless after insert on invoices
  referencing new table as inserted for each statement execute function check_gapless();

-- An invoice is posted whole: its accounts exist, its lines are there, and they come to its amounts.
create function check_complete() returns trigger language plpgsql as $$
declare broken text;
begin
  select i.id into broken from inserted i
    left join lateral (
      select sum(l.amount_minor) as net, sum(l.tax_minor) as tax from invoice_lines l
      where l.master_id = i.master_id and l.invoice_id = i.id) s on true
    where coalesce(s.net, 0) <> i.net_minor or coalesce(s.tax, 0) <> i.tax_minor
      or not exists (
        select 1 from accounts a where a.master_id = i.master_id and a.id = i.account_id)
      or not exists (
        select 1 from accounts a where a.master_id = i.master_id and a.id = i.payer_id)
    limit 1;
  if broken is not null then
    raise exception 'invoice % is not complete', broken using errcode = 'check_violation';
  end if;
  return null;
end $$;
create trigger invoices_complete after insert on invoices
  referencing new table as inserted for each statement execute function check_complete();

-- Accounts are referred to by all their books: they leave their master, and are never deleted.
create trigger accounts_no_delete before delete or truncate on accounts
  for each statement execute function refuse_edit();

-- What of `amount`, charged for the days [starts, ends), is earned by the days before `through`: the
-- engine's cumulative rounding, half away from zero, so that parts always add up to the amount.
create function earned_minor(amount bigint, starts date, ends date, through date)
returns bigint language sql immutable parallel safe as $$
  select sign(amount)::bigint *
    ((2 * abs(amount) * least(greatest(through - starts, 0), ends - starts) + (ends - starts))
      / (2 * (ends - starts)))
$$;

-- Snapshots of which each holds only what changed, put together.
create aggregate jsonb_merge(jsonb) (sfunc = jsonb_concat, stype = jsonb, initcond = '{}');
