-- Who issued invoices: a row for each issuer that servers were started with, in order. An invoice names the
-- one of its day in its parties. One for the installation, as the clock is, and so without a tenant.
create table issuers (
  version integer primary key generated always as identity,
  issuer jsonb not null,
  since timestamptz not null
);
create trigger issuers_append_only before update or delete or truncate on issuers
  for each statement execute function refuse_edit();
