-- What a tenant's rows refer to is the tenant's own, wherever the database can see it: by keys that begin
-- with master_id, or, where rows come by the thousand, by a check of the whole set.
alter table idempotency_keys
  add foreign key (master_id, account_id) references accounts;
alter table mcp_spending
  add foreign key (master_id, account_id) references accounts;
alter table statements
  add foreign key (master_id, payer_id) references accounts;

-- As before, and every entry is of an account of the same tenant.
create or replace function check_balanced() returns trigger language plpgsql as $$
declare broken text;
begin
  select posting into broken from inserted
    group by master_id, posting, currency having sum(amount_minor) <> 0 limit 1;
  if broken is not null then
    raise exception 'posting % does not balance', broken using errcode = 'check_violation';
  end if;
  select i.posting into broken from inserted i
    where not exists (
      select 1 from accounts a where a.master_id = i.master_id and a.id = i.account_id)
    limit 1;
  if broken is not null then
    raise exception 'posting % is of an account of nobody or of another tenant', broken
      using errcode = 'foreign_key_violation';
  end if;
  return null;
end $$;

-- As before, and the lines are of the invoice's own account.
create or replace function check_complete() returns trigger language plpgsql as $$
declare broken text;
begin
  select i.id into broken from inserted i
    left join lateral (
      select sum(l.amount_minor) as net, sum(l.tax_minor) as tax,
          bool_or(l.account_id <> i.account_id) as of_another
        from invoice_lines l
        where l.master_id = i.master_id and l.invoice_id = i.id) s on true
    where coalesce(s.net, 0) <> i.net_minor or coalesce(s.tax, 0) <> i.tax_minor or s.of_another
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
