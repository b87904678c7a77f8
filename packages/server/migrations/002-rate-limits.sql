-- Counters of the rate limits. One row is one rule of one account in its present window: how much of the
-- window has been given to server processes. What a process was given it may admit without asking again;
-- what it was not given nobody admits. Windows are milliseconds of the service's clock since 1970;
-- touched_at is the database's own clock, which tells a row that a wrong clock left in the future from a
-- row that a server lagging behind must respect.


-- Daily pools, special rules and every other window longer than a second: survives restarts.
create table quota_windows (
  master_id text not null,
  rule text not null,
  window_start_ms bigint not null,
  window_end_ms bigint not null check (window_end_ms > window_start_ms),
  taken integer not null default 0 check (taken >= 0),
  -- Calls of each window that processes may admit without asking, until the epoch of windows ends.
  standing integer not null default 0 check (standing >= 0),
  -- The last statement's question (ceiling, needed, wish, stand) and answer (granted, stood): kept because
  -- an upsert can neither see its source rows when it updates nor return what it added.
  ceiling integer not null default 0,
  needed integer not null default 0,
  wish integer not null default 0,
  stand integer not null default 0,
  granted integer not null default 0,
  stood integer not null default 0,
  touched_at timestamptz not null,
  primary key (master_id, rule)
) with (fillfactor = 70);

-- Windows of one second: written all the time, worthless a second later, so kept out of the write-ahead log.
create unlogged table quota_seconds (like quota_windows including all) with (fillfactor = 50);

-- How many calls of what is left a process gets: at least what waits for an answer (`needed`), at most
-- one part in `divisor` of the rest on top of that (`wish`), so that the others find something.
create function quota_share(remaining integer, needed integer, wish integer, divisor integer)
returns integer language sql immutable parallel safe as $$
  select least(
    greatest(remaining, 0),
    greatest(needed, least(wish, (greatest(remaining, 0) + divisor - 1) / divisor)))
$$;

-- Whether a stored window gives way to the one asked for: because it is older, or because it lies in the
-- future and no server has believed in it for ten seconds (the clock was wrong and has been set back).
create function quota_gives_way(stored_start_ms bigint, asked_start_ms bigint, touched_at timestamptz)
returns boolean language sql stable as $$
  select asked_start_ms > stored_start_ms
    or (asked_start_ms < stored_start_ms and touched_at < now() - interval '10 seconds')
$$;

-- Counts one call under several rules at once, or under none of them. A window starts where p_starts_ms
-- says and lasts p_lengths_ms; an aligned one (a day) is given its start, an interval starts at its first
-- call. Answers with the first rule that refuses (null: counted), the end of that rule's window, and what
-- each rule has left.
create function take_quota(
  p_master_id text, p_rules text[], p_ceilings integer[], p_starts_ms bigint[], p_lengths_ms bigint[],
  out refused_by integer, out refused_until_ms bigint, out left_over integer[]
) language plpgsql as $$
declare
  stored quota_windows;
  begins_anew boolean;
  starts_ms bigint[] := '{}';
begin
  left_over := '{}';
  for i in 1 .. cardinality(p_rules) loop
    -- The update changes nothing that counts: it locks the row, and returns it as it is by now.
    insert into quota_windows as q
        (master_id, rule, window_start_ms, window_end_ms, ceiling, touched_at)
      values (p_master_id, p_rules[i], p_starts_ms[i], p_starts_ms[i] + p_lengths_ms[i],
        p_ceilings[i], clock_timestamp())
      on conflict (master_id, rule) do update set ceiling = excluded.ceiling
      returning q.* into stored;
    begins_anew := stored.taken = 0
      or p_starts_ms[i] >= stored.window_end_ms
      or (p_starts_ms[i] < stored.window_start_ms
        and quota_gives_way(stored.window_start_ms, p_starts_ms[i], stored.touched_at));
    if not begins_anew and stored.taken >= p_ceilings[i] then
      refused_by := i;
      refused_until_ms := stored.window_end_ms;
      return;
    end if;
    starts_ms := starts_ms || case when begins_anew then p_starts_ms[i] else stored.window_start_ms end;
    left_over := left_over || p_ceilings[i] - case when begins_anew then 1 else stored.taken + 1 end;
  end loop;
  update quota_windows q
    set taken = asked.ceiling - asked.remaining,
        window_start_ms = asked.start_ms,
        window_end_ms = asked.start_ms + asked.length_ms,
        touched_at = clock_timestamp()
    from unnest(p_rules, p_ceilings, left_over, starts_ms, p_lengths_ms)
      as asked(rule, ceiling, remaining, start_ms, length_ms)
    where q.master_id = p_master_id and q.rule = asked.rule;
end $$;
