-- The checks of whole sets as before, in a form that PostgreSQL can only answer by index: it may plan them
-- while a table is small, and a plan that reads the whole of it would be kept as the table grows.

create or replace function check_gapless() returns trigger language plpgsql as $$
declare broken text;
begin
  select i.master_id into broken
    from (select master_id, min(number) as low, max(number) as high, count(*) as n
            from inserted group by master_id) i
    where i.high - i.low + 1 <> i.n
      or i.low <> 1 + coalesce(
        (select max(p.number) from invoices p
          where p.master_id = i.master_id and p.number < i.low), 0)
    limit 1;
  if broken is not null then
    raise exception 'invoice numbers of % would have a gap', broken using errcode = 'check_violation';
  end if;
  return null;
end $$;

create or replace function check_balanced() returns trigger language plpgsql as $$
declare broken text;
begin
  select posting into broken from inserted
    group by master_id, posting, currency having sum(amount_minor) <> 0 limit 1;
  if broken is not null then
    raise exception 'posting % does not balance', broken using errcode = 'check_violation';
  end if;
  select i.posting into broken
    from (select master_id, account_id, min(posting) as posting from inserted
            group by master_id, account_id) i
    where (select 1 from accounts a where a.master_id = i.master_id and a.id = i.account_id) is null
    limit 1;
  if broken is not null then
    raise exception 'posting % is of an account of nobody or of another tenant', broken
      using errcode = 'foreign_key_violation';
  end if;
  return null;
end $$;

create or replace function check_complete() returns trigger language plpgsql as $$
declare broken text;
begin
  select i.id into broken from inserted i
    left join lateral (
      select sum(l.amount_minor)::bigint as net, sum(l.tax_minor)::bigint as tax,
          min(l.account_id) as first_account, max(l.account_id) as last_account
        from invoice_lines l
        where l.master_id = i.master_id and l.invoice_id = i.id) s on true
    where coalesce(s.net, 0) <> i.net_minor or coalesce(s.tax, 0) <> i.tax_minor
      or s.first_account <> i.account_id or s.last_account <> i.account_id
    limit 1;
  if broken is null then
    select i.id into broken
      from (select master_id, account_id, min(id) as id
              from (select master_id, account_id, id from inserted
                union all select master_id, payer_id, id from inserted) named
              group by master_id, account_id) i
      where (select 1 from accounts a where a.master_id = i.master_id and a.id = i.account_id) is null
      limit 1;
  end if;
  if broken is not null then
    raise exception 'invoice % is not complete', broken using errcode = 'check_violation';
  end if;
  return null;
end $$;
