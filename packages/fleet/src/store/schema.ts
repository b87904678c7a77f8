/**
 * The store's tables, version by version. A version that has been released is never edited: a new one
 * follows it. Instants are ISO texts on the service's clock, dates are `YYYY-MM-DD`, amounts are integers
 * of minor units.
 */
export const SCHEMA_VERSIONS: readonly string[] = [
  `
  -- The service and master that the store belongs to.
  CREATE TABLE owner (
    base_url TEXT NOT NULL,
    master_id TEXT NOT NULL,
    -- How far the service's clock is ahead of this machine's: not 0 on a test clock.
    clock_ahead_ms INTEGER NOT NULL DEFAULT 0
  ) STRICT;

  CREATE TABLE accounts (
    account_id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    number TEXT NOT NULL,
    type TEXT NOT NULL,
    owner_email TEXT NOT NULL,
    seats INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    subscription_start TEXT NOT NULL,
    subscription_end TEXT NOT NULL,
    first_seen_at TEXT NOT NULL,
    seen_at TEXT NOT NULL,
    -- When the entry of the list last differed from what was known.
    changed_at TEXT NOT NULL,
    -- When the answer of GET plans last did.
    plans_changed_at TEXT,
    -- When the account was no longer there; such accounts are in no report.
    gone_at TEXT
  ) STRICT;

  -- One row for each kind of call and account: the last answer, and what went wrong since.
  CREATE TABLE readings (
    account_id TEXT NOT NULL REFERENCES accounts,
    kind TEXT NOT NULL,
    read_at TEXT,
    -- read: answered. none: the service says that there is nothing (self pay, never paid); see problem.
    outcome TEXT CHECK (outcome IN ('read', 'none')),
    body TEXT,
    -- Of the last attempt, if it failed.
    tried_at TEXT,
    problem TEXT,
    problem_code TEXT,
    retry_at TEXT,
    PRIMARY KEY (account_id, kind)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE plans (
    account_id TEXT NOT NULL REFERENCES accounts,
    position INTEGER NOT NULL,
    family TEXT NOT NULL,
    plan_type TEXT NOT NULL,
    hosts INTEGER,
    status TEXT NOT NULL,
    next_invoice_date TEXT,
    service_effective_date TEXT,
    PRIMARY KEY (account_id, position)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE licences (
    account_id TEXT NOT NULL REFERENCES accounts,
    position INTEGER NOT NULL,
    family TEXT NOT NULL,
    plan_type TEXT NOT NULL,
    hosts INTEGER NOT NULL,
    used INTEGER NOT NULL,
    pending INTEGER NOT NULL,
    PRIMARY KEY (account_id, position)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE storage (
    account_id TEXT PRIMARY KEY REFERENCES accounts,
    plan_type TEXT,
    free_gb REAL NOT NULL,
    free_used_gb REAL NOT NULL,
    plan_gb REAL NOT NULL,
    plan_used_gb REAL NOT NULL,
    exceed_gb REAL NOT NULL
  ) STRICT;

  CREATE TABLE contacts (
    account_id TEXT PRIMARY KEY REFERENCES accounts,
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    email TEXT NOT NULL,
    phone_number TEXT NOT NULL,
    address TEXT NOT NULL,
    apt TEXT NOT NULL,
    city TEXT NOT NULL,
    state TEXT NOT NULL,
    zip TEXT NOT NULL,
    country TEXT NOT NULL
  ) STRICT;

  CREATE TABLE invoices (
    invoice_id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts,
    -- Empty for a draft.
    number TEXT NOT NULL,
    status TEXT NOT NULL,
    invoice_date TEXT NOT NULL,
    due_date TEXT NOT NULL,
    target_date TEXT NOT NULL,
    currency TEXT NOT NULL,
    total_minor INTEGER NOT NULL,
    tax_minor INTEGER NOT NULL,
    balance_minor INTEGER NOT NULL,
    is_open INTEGER NOT NULL,
    seen_at TEXT NOT NULL,
    -- It came after the account's first list: its lines are read without being asked for.
    is_new INTEGER NOT NULL,
    detail_read_at TEXT,
    detail_problem TEXT,
    detail_retry_at TEXT
  ) STRICT;
  CREATE INDEX invoices_by_account ON invoices (account_id, invoice_date);
  CREATE INDEX open_invoices ON invoices (due_date) WHERE is_open = 1;

  CREATE TABLE invoice_lines (
    invoice_id TEXT NOT NULL REFERENCES invoices ON DELETE CASCADE,
    position INTEGER NOT NULL,
    charge_name TEXT NOT NULL,
    charge_number TEXT NOT NULL,
    charge_type TEXT NOT NULL,
    start_date TEXT NOT NULL,
    end_date TEXT NOT NULL,
    quantity INTEGER NOT NULL,
    total_minor INTEGER NOT NULL,
    tax_minor INTEGER NOT NULL,
    partner_sku TEXT NOT NULL,
    purchase_order_number TEXT NOT NULL,
    PRIMARY KEY (invoice_id, position)
  ) STRICT, WITHOUT ROWID;

  -- Each run of sync, with its summary as JSON.
  CREATE TABLE syncs (
    sync_id INTEGER PRIMARY KEY,
    started_at TEXT NOT NULL,
    -- Everything is read anew, however fresh it is.
    is_full INTEGER NOT NULL,
    ended_at TEXT,
    outcome TEXT CHECK (outcome IN ('done', 'partial', 'stopped', 'failed')),
    summary TEXT
  ) STRICT;
  `,
  `
  -- PDF files that were fetched. A problem means that the file is set aside and not counted as an invoice.
  CREATE TABLE invoice_files (
    invoice_id TEXT PRIMARY KEY REFERENCES invoices,
    -- Below the folder of the files, with / between its parts.
    file TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    fetched_at TEXT NOT NULL,
    problem TEXT
  ) STRICT;
  `,
];
