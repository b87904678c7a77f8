/** What the operator looks at, in the demo world: the figures are those that the accounts and books add up to. */
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../support/server.js";

interface Account {
  readonly id: string;
  readonly kind: string;
  readonly state: string;
  readonly hosts: number;
  readonly hosts_used: number;
  readonly monthly: number;
  readonly idle: number;
  readonly open: number;
  readonly overdue: number;
  readonly plan_base: string | null;
}

let server: TestServer;
let accounts: readonly Account[];
beforeAll(async () => {
  server = await startTestServer({ world: "demo", testClock: "2026-03-10", rateLimits: true });
  accounts = (await get<{ accounts: readonly Account[] }>("/accounts")).accounts;
});
afterAll(() => server.stop());

async function get<T>(path: string): Promise<T> {
  const { status, body } = await server.admin<T>("GET", path);
  if (status !== 200) throw new Error(`${path}: ${status} ${JSON.stringify(body)}`);
  return body;
}

const sum = (values: readonly number[]) =>
  Math.round(values.reduce((total, value) => total + value * 100, 0)) / 100;

describe("accounts", () => {
  test("come page by page, each once", async () => {
    const seen: string[] = [];
    for (let after = ""; ; ) {
      const page = await get<{ accounts: readonly Account[]; next: string | null }>(
        `/accounts?limit=7&after=${after}`,
      );
      seen.push(...page.accounts.map(({ id }) => id));
      if (page.next === null) break;
      after = page.next;
    }
    expect(seen).toEqual(accounts.map(({ id }) => id));
    expect(new Set(seen).size).toBe(31);
  });

  test("each with the licences and the price of its plans", async () => {
    const owner = accounts.find(({ state, hosts }) => state === "active" && hosts > 10);
    const { plans } = await get<{
      plans: readonly {
        status: string;
        hosts: number;
        interval_months: number;
        period_amount: number;
      }[];
    }>(`/accounts/${owner?.id}/plans`);
    const running = plans.filter(
      ({ status, interval_months }) => status !== "expired" && interval_months > 0,
    );
    const monthly = sum(running.map((plan) => plan.period_amount / plan.interval_months));
    expect(owner?.monthly).toBeCloseTo(monthly, 2);
  });

  test("idle is the part of the price that nobody uses", () => {
    for (const account of accounts) {
      expect(account.hosts_used).toBeLessThanOrEqual(account.hosts);
      expect(account.idle).toBeLessThanOrEqual(account.monthly);
      if (account.hosts === account.hosts_used) expect(account.idle).toBe(0);
    }
  });
});

describe("the overview", () => {
  test("adds up the accounts", async () => {
    const overview = await get<Record<string, number> & { accounts: Record<string, number> }>(
      "/overview",
    );
    expect(overview.accounts).toMatchObject({
      masters: 1,
      subs: 30,
      with_plan: accounts.filter(({ plan_base }) => plan_base !== null).length,
      on_trial: accounts.filter(({ state }) => state === "trial").length,
      ending: accounts.filter(({ state }) => state === "ending").length,
    });
    expect(overview.hosts).toBe(sum(accounts.map(({ hosts }) => hosts)));
    expect(overview.hosts_used).toBe(sum(accounts.map((one) => one.hosts_used)));
    // Each account is rounded by itself.
    expect(overview.monthly).toBeCloseTo(sum(accounts.map(({ monthly }) => monthly)), 0);
    expect(overview.idle).toBeCloseTo(sum(accounts.map(({ idle }) => idle)), 0);
    expect(overview.open).toBe(sum(accounts.map(({ open }) => open)));
    expect(overview.overdue).toBe(sum(accounts.map(({ overdue }) => overdue)));
  });

  test("the course of what is really invoiced ends at what the plans cost today", async () => {
    const { monthly } = await get<{ monthly: number }>("/overview");
    const { months } = await get<{
      months: readonly { month: string; day: string; monthly: number; accounts: number }[];
    }>("/overview/course?months=14");
    expect(months).toHaveLength(14);
    expect(months.at(-1)).toMatchObject({ month: "2026-03", day: "2026-03-10" });
    expect(months.at(-2)).toMatchObject({ month: "2026-02", day: "2026-02-28" });
    expect(months.at(-1)?.monthly).toBeCloseTo(monthly, 0);
    expect(months[0]?.monthly).toBeLessThan(monthly);
  });

  test("of a tenant that does not exist is empty", async () => {
    const overview = await get<{ monthly: number; renewals: unknown[] }>("/overview?master_id=no");
    expect(overview).toMatchObject({ monthly: 0, hosts: 0, renewals: [] });
  });
});

describe("invoices", () => {
  interface Invoice {
    readonly id: string;
    readonly account_id: string;
    readonly account_name: string;
    readonly invoice_number: string;
    readonly invoice_date: string;
    readonly status: string;
    readonly balance: number;
    readonly days_overdue: number;
  }
  const list = async (query: string) =>
    (await get<{ invoices: readonly Invoice[] }>(`/invoices?${query}`)).invoices;

  test("are found by account, state, date, number and name", async () => {
    const all = await list("");
    expect(all.length).toBeGreaterThan(150);
    const [newest] = all;
    if (newest === undefined) throw new Error("there are invoices");
    const own = await list(`account_id=${newest.account_id}`);
    expect(own).toEqual(all.filter(({ account_id }) => account_id === newest.account_id));
    const open = await list("open=true");
    expect(open).toEqual(all.filter(({ balance, status }) => balance > 0 && status === "Posted"));
    expect((await list("overdue=true")).every((one) => one.days_overdue > 0)).toBe(true);
    const february = await list("from=2026-02-01&to=2026-02-28");
    expect(february.length).toBeGreaterThan(0);
    expect(february.every((one) => one.invoice_date.startsWith("2026-02"))).toBe(true);
    const posted = all.find((one) => one.invoice_number !== "");
    expect(await list(`search=${posted?.invoice_number}`)).toHaveLength(1);
    const named = await list(`search=${encodeURIComponent(newest.account_name.toUpperCase())}`);
    expect(named.map(({ id }) => id)).toContain(newest.id);
    // A percent sign is a character like any other.
    expect(await list("search=%25")).toEqual([]);
  });

  test("come page by page, the newest first", async () => {
    const all = (await list("")).map(({ id }) => id);
    const seen: string[] = [];
    for (let after = ""; ; ) {
      const page = await get<{ invoices: readonly Invoice[]; next: string | null }>(
        `/invoices?limit=50&after=${after}`,
      );
      seen.push(...page.invoices.map(({ id }) => id));
      if (page.next === null) break;
      after = page.next;
    }
    expect(seen).toEqual(all);
    expect(seen).toEqual([...seen].sort().reverse());
  });
});

test("keys are listed with their scopes, and never told", async () => {
  const { account_id, api_key } = server.credentials;
  const made = await server.admin<{ id: string; api_key: string }>("POST", "/api-keys", {
    account_id,
    scopes: ["billing:master"],
  });
  const answer = await server.admin<{ api_keys: readonly Record<string, unknown>[] }>(
    "GET",
    `/api-keys?account_id=${account_id}&revoked=false`,
  );
  const found = answer.body.api_keys.find(({ id }) => id === made.body.id);
  expect(found).toMatchObject({ account_id, scopes: ["billing:master"], revoked_at: null });
  expect(JSON.stringify(answer.body)).not.toContain(api_key);
  expect(JSON.stringify(answer.body)).not.toContain(made.body.api_key);
  await server.admin("DELETE", `/api-keys/${made.body.id}`);
  const revoked = await get<{ api_keys: readonly { id: string }[] }>("/api-keys?revoked=true");
  expect(revoked.api_keys.map(({ id }) => id)).toContain(made.body.id);
});

test("limits tell what a call took of the day and of its special rules", async () => {
  const { account_id } = server.credentials;
  interface Limits {
    pools: readonly { pool: string; limit: number; used: number; left: number }[];
    special: readonly {
      operation: string;
      window: string;
      limit: number;
      counted: readonly { value: string; used: number; left: number; resets_at: string }[];
    }[];
  }
  const before = await get<Limits>(`/limits?account_id=${account_id}`);
  const listed = await server.wire("GET", `/accounts/${account_id}/billing/invoices`);
  expect(listed.status).toBe(200);
  const after = await get<Limits>(`/limits?account_id=${account_id}`);
  const daily = (limits: Limits) => limits.pools.find(({ pool }) => pool.includes("eavy"));
  expect(daily(after)?.used).toBe((daily(before)?.used ?? 0) + 1);
  const lists = after.special.find(
    ({ operation, window }) => operation === "account_billing_invoices" && window === "day",
  );
  expect(lists).toMatchObject({ limit: 6, counted: [{ value: account_id, used: 1, left: 5 }] });
});

test("the clock tells the days to come", async () => {
  const due = await get<{ now: string; days: readonly { date: string; accounts: number }[] }>(
    "/clock/due?limit=3",
  );
  expect(due.days).toHaveLength(3);
  expect(due.days[0]?.date > "2026-03-09").toBe(true);
  expect(due.days[0]?.accounts).toBeGreaterThan(0);
});

test("what an account did last stands first, when asked for", async () => {
  const { account_id } = server.credentials;
  const newest = await get<{ entries: readonly { id: number }[]; next: number | null }>(
    `/audit?account_id=${account_id}&order=newest&limit=2`,
  );
  const oldest = await get<{ entries: readonly { id: number }[] }>(
    `/audit?account_id=${account_id}`,
  );
  expect(newest.entries.map(({ id }) => id)).toEqual(
    oldest.entries
      .map(({ id }) => id)
      .reverse()
      .slice(0, 2),
  );
});

describe("a bill run", () => {
  interface Run {
    readonly id: string;
    readonly status: string;
    readonly accounts_total: number;
    readonly accounts_done: number;
    readonly canceled_at: string | null;
  }
  const start = async (mode: "preview" | "draft"): Promise<Run> => {
    const { admin_url, admin_key } = server.credentials;
    const started = await fetch(`${admin_url}/bill-runs`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${admin_key}`,
        "content-type": "application/json",
        prefer: "respond-async",
      },
      body: JSON.stringify({ target_date: "2026-12-31", mode }),
    });
    expect(started.status).toBe(201);
    return (await started.json()) as Run;
  };
  const untilDone = async (id: string): Promise<Run> => {
    const look = () => get<Run>(`/bill-runs/${id}`);
    await expect.poll(async () => (await look()).status).toBe("done");
    return look();
  };

  test("is answered at once when asked, and watched", async () => {
    const run = await untilDone((await start("preview")).id);
    expect(run).toMatchObject({ accounts_done: run.accounts_total, canceled_at: null });
    const over = await server.admin("POST", `/bill-runs/${run.id}/cancel`);
    expect(over.status).toBe(409);
  });

  test("that is cancelled finishes what is under way, and nothing else", async () => {
    const client = new pg.Client({ connectionString: server.databaseUrl });
    await client.connect();
    // Whoever bills this account has to wait, and the run with it; a preview would wait for nobody.
    await client.query("begin");
    await client.query("select 1 from accounts where id = $1 for update", [accounts[5]?.id]);
    const { id, status } = await start("draft");
    expect(status).toBe("running");
    const canceled = await server.admin<Run>("POST", `/bill-runs/${id}/cancel`);
    expect(canceled).toMatchObject({ status: 200, body: { id, status: "running" } });
    expect(canceled.body.canceled_at).not.toBeNull();
    await client.query("rollback");
    await client.end();
    const run = await untilDone(id);
    expect(run.accounts_done).toBe(run.accounts_total);
    expect(run.canceled_at).toBe(canceled.body.canceled_at);
    const { ok } = await get<{ ok: boolean }>("/invariants");
    expect(ok).toBe(true);
  });
});
