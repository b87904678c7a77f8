-- A bill run that was cancelled ends with what it has done; the accounts that still waited leave it.
alter table bill_runs add column canceled_at timestamptz;
