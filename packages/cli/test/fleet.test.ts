/** `paymaster fleet` as processes of their own, through real sockets, against the real server. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { bearerToken, createClient } from "@paymaster/client";
import { buildOpenApi, operations, WIRE_PROFILES } from "@paymaster/contract";
import { openStore } from "@paymaster/fleet";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type PaymasterServer, startPaymaster } from "../../client/test/support/paymaster.js";
import { json } from "../../client/test/support/peer.js";
import { CountingProxy } from "./support/counting-proxy.js";
import { emptyFolder, paymaster, startService } from "./support/run.js";

const ACCOUNTS = 30;

let server: PaymasterServer;
let proxy: CountingProxy;

beforeAll(async () => {
  server = await startPaymaster();
  proxy = await CountingProxy.start(new URL(server.credentials.base_url).origin);
  for (let batch = 0; batch < ACCOUNTS; batch += 10) {
    await Promise.all(Array.from({ length: 10 }, (_, index) => newCustomer(batch + index)));
  }
});

afterAll(async () => {
  await proxy?.stop();
  await server?.stop();
});

/** Each test is a day of its own: other quotas, other lists. */
beforeEach(async () => {
  proxy.redirect = (path) => path;
  proxy.before = () => {};
  proxy.forget();
  await server.admin("POST", "/clock/advance", { days: 1 });
});

function master() {
  const { base_url, api_key } = server.credentials;
  return createClient({ baseUrl: base_url, authentication: bearerToken(api_key) });
}

async function newFreeAccount(name: string): Promise<string> {
  const password = "kT7-vQ2-mW9-xR4";
  const person = { first_name: "Ada", last_name: "Byron", password };
  const { id } = await master().accountCreate({
    body: { ...person, email: `${name}@example.com`, account_name: name },
  });
  return id;
}

async function newCustomer(index: number): Promise<void> {
  const accountId = await newFreeAccount(`customer-${index}`);
  const contact = {
    first_name: "Ada",
    last_name: "Byron",
    email: "billing@example.com",
    address: "1 Main Street",
    city: "Denver",
    state: "CO",
    zip: "80014",
    country: "US",
    phone_number: "+13035550100",
  };
  await master().accountPlanCreate({
    accountId,
    body: { contact, plan_base: { type: "business_monthly", hosts: 10 + index } },
  });
}

type RunOptions = Parameters<typeof paymaster>[1];

/** A command in a folder where it finds its store and its counted quotas again. */
function fleet(cwd: string, args: readonly string[], options: RunOptions = {}) {
  const env = {
    PAYMASTER_CREDENTIALS: server.credentialsFile,
    PAYMASTER_BASE_URL: proxy.baseUrl,
    PAYMASTER_STATE_DIR: join(cwd, "state"),
  };
  return paymaster(["fleet", ...args], { cwd, env, ...options });
}

function storeOf(cwd: string) {
  const store = openStore(join(cwd, "fleet.db"));
  const count = (sql: string) => store.database.get<{ n: number }>(sql)?.n;
  const read = count("SELECT count(*) AS n FROM readings WHERE outcome = 'read'");
  const lines = count("SELECT count(*) AS n FROM licences");
  store.close();
  return { read, lines };
}

/** After so many answers the next ones are held back, and the process is killed when these are written. */
function killAfter(answers: number): (kill: (signal: NodeJS.Signals) => void) => void {
  return (kill) => {
    let count = 0;
    let end = () => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    proxy.before = async () => {
      count += 1;
      if (count < answers) return;
      if (count === answers) {
        void sleep(1_000).then(() => {
          kill("SIGKILL");
          proxy.before = () => {};
          end();
        });
        return;
      }
      await ended;
    };
  };
}

describe("sync", () => {
  it("killed in the middle and run again: everything is read, and nobody hears 429", async () => {
    const cwd = emptyFolder();
    const dryRun = await fleet(cwd, ["sync", "--dry-run"]);
    expect(dryRun.stdout).toMatch(/^30 accounts: 120 calls under the limits, until 2021-06-0/);
    expect(dryRun.stdout).toContain("pace:Heavy: 60 calls, 40 in 1 s");
    expect(existsSync(join(cwd, "fleet.db"))).toBe(false);

    const killed = await fleet(cwd, ["sync"], { started: killAfter(40) });
    expect(killed.code).toBeNull();
    const { read = 0 } = storeOf(cwd);
    // The list of accounts and the master's own account are among the answers.
    expect(read).toBeGreaterThan(30);
    expect(read).toBeLessThanOrEqual(40);

    // Lists that were on their way are counted by the service, but their answers are lost: they may be
    // asked for again after five minutes, which this one does not wait for.
    const resumed = await fleet(cwd, ["sync", "--max-wait", "0.01"]);
    expect([0, 7]).toContain(resumed.code);
    expect(resumed.stderr).toContain(": read a short while ago");
    const remarks = resumed.stderr.split("\n").filter((line) => /, \w+: /.test(line));
    for (const remark of remarks) expect(remark).toMatch(/, invoices: its quota is used up until/);
    // The remarks end after twenty; the sum does not.
    const [, deferred = "0"] =
      /(\d+) calls? for which a quota is used up/.exec(resumed.stderr) ?? [];
    expect(storeOf(cwd).read).toBe(4 * ACCOUNTS - Number(deferred));
    // What was on its way, and a quarter of a second's answers: all that is asked for twice.
    expect(proxy.statuses(/plans|billing/).length).toBeLessThan(4 * ACCOUNTS + 60);

    await server.admin("POST", "/clock/advance", { hours: 1 });
    expect((await fleet(cwd, ["sync"])).code).toBe(0);
    expect(storeOf(cwd)).toEqual({ read: 4 * ACCOUNTS, lines: ACCOUNTS });
    expect(proxy.statuses(/./).filter((status) => status === 429)).toEqual([]);
  });

  it("stopped by Ctrl-C says how to go on; what was on its way is kept", async () => {
    const cwd = emptyFolder();
    const stopped = await fleet(cwd, ["sync", "--json"], {
      started: (kill) => {
        proxy.before = async ({ path }) => {
          if (!path.endsWith("/plans")) return;
          proxy.before = () => {};
          kill("SIGINT");
          await sleep(500);
        };
      },
    });
    expect(stopped.code).toBe(130);
    const end = JSON.parse(stopped.stdout.trim().split("\n").at(-1) ?? "") as { left: number };
    expect(end).toMatchObject({ event: "end", outcome: "stopped" });
    expect(end.left).toBeGreaterThan(0);
    const answered = proxy.statuses(/plans|billing/).length;
    expect(storeOf(cwd).read).toBe(answered);

    const rest = await fleet(cwd, ["sync"]);
    expect(rest.code, rest.stderr).toBe(0);
    expect(proxy.statuses(/plans|billing/)).toHaveLength(4 * ACCOUNTS);
    expect(proxy.statuses(/./).filter((status) => status === 429)).toEqual([]);
  });

  it("beside another program that uses up seconds, and with an account that goes away", async () => {
    const cwd = emptyFolder();
    const leaving = await newFreeAccount(`leaving-${Date.now()}`);
    let isListed = false;
    proxy.before = async ({ path }) => {
      if (isListed || !path.includes("page_size")) return;
      isListed = true;
      await master().accountDisassociate({ accountId: leaving });
    };
    const { base_url, api_key } = server.credentials;
    const headers = { authorization: `Bearer ${api_key}` };
    let isDone = false;
    const greedy = (async () => {
      while (!isDone) {
        await fetch(`${base_url}/accounts/me/plans/usage`, { headers });
        await sleep(15);
      }
    })();
    const finished = await fleet(cwd, ["sync"]);
    isDone = true;
    await greedy;
    expect(finished.code, finished.stderr).toBe(0);
    expect(finished.stderr).toContain(`1 account no longer there: ${leaving}`);
    expect(storeOf(cwd)).toEqual({ read: 4 * ACCOUNTS, lines: ACCOUNTS });
  });

  it("a failure shows in the exit code, the summary and the next sync", async () => {
    const cwd = emptyFolder();
    const { accounts } = await master().accounts({});
    const id = accounts[3]?.id ?? "";
    proxy.redirect = (path) => (path.includes(`${id}/plans/usage`) ? "/v2/nowhere" : path);
    const partial = await fleet(cwd, ["sync"]);
    expect(partial.code).toBe(7);
    expect(partial.stderr).toMatch(new RegExp(`\\(${id}\\), usage: `));
    expect(partial.stderr).toContain("1 call failed. The next sync asks again.");
    proxy.redirect = (path) => path;
    proxy.forget();
    expect((await fleet(cwd, ["sync"])).code).toBe(0);
    expect(proxy.passed.map(({ path }) => path)).toContain(`/v2/accounts/${id}/plans/usage`);
    expect(proxy.statuses(/plans|billing/)).toHaveLength(1);

    const report = await fleet(cwd, ["report", "licences", "--format", "csv"]);
    expect(report.code).toBe(0);
    expect(report.stdout.split("\r\n")).toHaveLength(ACCOUNTS + 2);
    expect(report.stderr).toMatch(/licences: read of 30 of 30 accounts, the oldest \d+ s ago/);
  });
});

describe("invoices download", () => {
  it("fetches each file once, named and verified; one of another invoice is set aside", async () => {
    const cwd = emptyFolder();
    expect((await fleet(cwd, ["sync", "--only", "invoices"])).code).toBe(0);
    const store = openStore(join(cwd, "fleet.db"));
    const invoices = store.database.all<{ id: string; account: string }>(
      `SELECT invoice_id AS id, account_id AS account FROM invoices
       WHERE invoice_date = '2021-06-01' ORDER BY invoice_id LIMIT 6`,
    );
    store.close();
    const [one = { id: "" }, , , , , other = { id: "" }] = invoices;
    const accounts = invoices.slice(0, 5).map(({ account }) => account);
    const download = [
      "invoices",
      "download",
      "--account",
      accounts.join(),
      "--until",
      "2021-06-01",
    ];
    proxy.redirect = (path) => path.replace(one.id, other.id);
    proxy.forget();
    const first = await fleet(cwd, download);
    expect(first.code, first.stderr).toBe(7);
    expect(first.stderr).toMatch(/invoice number INV-\d+ is not in its text; kept as .*unverified/);
    const sums = readFileSync(join(cwd, "invoices", "SHA256SUMS"), "utf8")
      .trim()
      .split("\n");
    expect(sums).toHaveLength(4);
    expect(sums[0]).toMatch(/^[0-9a-f]{64} {2}customer-\d+ \[[\w-]+\]\/2021-06-01 INV-\d+\.pdf$/);
    const folder = sums[0]?.slice(66).split("/")[0] ?? "";
    expect(readdirSync(join(cwd, "invoices", folder)).join()).not.toContain(".part");

    const asked = proxy.statuses(/download/).length;
    proxy.redirect = (path) => path;
    await fleet(cwd, download);
    expect(proxy.statuses(/download/)).toHaveLength(asked);
    expect(asked).toBe(5);

    // As a kill leaves it between a file and the note of it: what is there is looked at, not fetched.
    const forgetful = openStore(join(cwd, "fleet.db"));
    forgetful.database.run("DELETE FROM invoice_files WHERE problem IS NULL");
    forgetful.close();
    const found = await fleet(cwd, download);
    expect(found.code, found.stderr).toBe(0);
    expect(found.stderr).toContain("Fetched and verified 4 files");
    expect(proxy.statuses(/download/)).toHaveLength(asked);
  });
});

describe("the limits that a sync plans with", () => {
  const account = { id: "a", account_name: "Northwind", account_type: "Business", seats: 10 };
  async function scheduleAt(document: unknown) {
    const { env } = await startService((request, response) => {
      if (request.url === "/openapi.json") {
        json(response, document === null ? 404 : 200, document ?? {});
      } else json(response, 200, { total_records: 1, accounts: [account] });
    });
    const { code, stdout, stderr } = await paymaster(["fleet", "sync", "--dry-run", "--json"], {
      env,
    });
    expect([code, stderr]).toEqual([0, ""]);
    return JSON.parse(stdout);
  }

  it.each(WIRE_PROFILES)("are those of %s where the service speaks it", async (profile) => {
    const schedule = await scheduleAt(buildOpenApi(profile));
    expect(schedule.profile).toBe(profile);
    const labels = schedule.kinds.map(({ label }: { label: string }) => label);
    const tools = ["account_plans", "account_billing", "get_plan_usage"] as const;
    expect(labels.slice(0, 3)).toEqual(tools.map((tool) => operations[tool].label[profile]));
  });

  it("are those of 2021 where the service does not say", async () => {
    expect((await scheduleAt(null)).profile).toBe("2021");
  });
});

it("what is wrong with the line or the store is said, and nothing is sent", async () => {
  const cwd = emptyFolder();
  const missing = await fleet(cwd, ["report"]);
  expect(missing.code).toBe(2);
  expect(missing.stderr).toContain("paymaster fleet sync makes it");
  writeFileSync(join(cwd, "fleet.db"), "no database at all, ".repeat(100));
  expect((await fleet(cwd, ["sync"])).code).toBe(2);
  const kinds = await fleet(cwd, ["sync", "--store", "other.db", "--only", "plan"]);
  expect(kinds.code).toBe(2);
  expect(kinds.stderr).toContain("--only: expected plans, contact, usage, invoices, got");
  expect(proxy.passed).toEqual([]);
});
