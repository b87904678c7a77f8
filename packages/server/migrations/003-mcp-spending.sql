-- What assistants of an account spent on a day of the service, counted against limits per day that their
-- users set. One row is one change: taken before the change is sent, deleted when it was certainly not made.
create table mcp_spending (
  master_id text not null,
  account_id text not null,
  day date not null,
  currency text not null,
  id text not null,
  amount_minor bigint not null check (amount_minor > 0),
  primary key (master_id, account_id, day, id)
);
