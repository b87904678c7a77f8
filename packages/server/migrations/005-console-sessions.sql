-- Sessions of the console: a browser that signed in with a key of the operator or a client of an account.
-- They live by the machine's time, not the service's: moving a test clock signs nobody out.
create table console_sessions (
  token_hash bytea primary key,
  -- Who signed in. When the key or the client goes, so does the session.
  admin_key_hash bytea references admin_keys on delete cascade,
  master_id text,
  client_id text,
  created_at timestamptz not null default now(),
  seen_at timestamptz not null default now(),
  foreign key (master_id, client_id) references oauth_clients on delete cascade,
  check ((admin_key_hash is null) = (client_id is not null) and (client_id is null) = (master_id is null))
);
create index console_sessions_age on console_sessions (created_at);
create index console_sessions_admin on console_sessions (admin_key_hash) where admin_key_hash is not null;
create index console_sessions_client on console_sessions (master_id, client_id) where client_id is not null;

-- Sign-ins that were tried from an address within a window, and not found good.
create table console_sign_in_failures (
  address text primary key,
  failures integer not null,
  window_start timestamptz not null
);
create index console_sign_in_failures_age on console_sign_in_failures (window_start);
