/**
 * diff and apply against the real server: through a proxy that loses requests and answers, and with a kill in
 * the middle. In the end every account is as the file says, and everything was bought once.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bearerToken, createClient, createQuotaPlanner } from "@paymaster/client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FaultyProxy } from "../../../client/test/support/faulty-proxy.js";
import { type PaymasterServer, startPaymaster } from "../../../client/test/support/paymaster.js";
import { emptyFolder, paymaster } from "../support/run.js";

const BIN = fileURLToPath(new URL("../../bin/paymaster.js", import.meta.url));

let server: PaymasterServer;

beforeAll(async () => {
  server = await startPaymaster();
});

afterAll(() => server?.stop());

function direct() {
  const { base_url, api_key } = server.credentials;
  return createClient({
    baseUrl: base_url,
    authentication: bearerToken(api_key),
    quota: createQuotaPlanner({ maxWaitMs: { interactive: 60_000 } }),
  });
}

async function newAccounts(prefix: string, count: number): Promise<ReadonlyMap<string, string>> {
  const client = direct();
  const names = Array.from({ length: count }, (_, index) => `${prefix}${index}@example.com`);
  const ids = await Promise.all(
    names.map(async (email) => {
      const body = { first_name: "Ada", last_name: "Byron", email, password: "kT7-vQ2-mW9-xR4" };
      return (await client.accountCreate({ body })).id;
    }),
  );
  return new Map(names.map((name, index) => [name, ids[index] ?? ""]));
}

interface Wish {
  readonly hosts: number;
  readonly webinar?: number;
}

function fileFor(folder: string, wishes: ReadonlyMap<string, Wish | null>): string {
  const accounts = Array.from(wishes, ([email, wish]) => {
    if (wish === null) return { email, base: null };
    const add_ons = [
      { type: "cmr_monthly_commitment_40" },
      ...(wish.webinar === undefined ? [] : [{ type: "webinar500_yearly", hosts: wish.webinar }]),
    ];
    return { email, base: { type: "business_yearly", hosts: wish.hosts }, add_ons };
  });
  const file = join(folder, "billing.json");
  writeFileSync(file, JSON.stringify({ accounts }));
  return file;
}

function environment(folder: string, base = server.credentials.base_url): Record<string, string> {
  return {
    PAYMASTER_TOKEN: server.credentials.api_key,
    PAYMASTER_BASE_URL: base,
    PAYMASTER_STATE_DIR: join(folder, "state"),
  };
}

/** What the account's invoices say was bought: charge, quantity and amount of each line, sorted. */
async function linesOf(accountId: string): Promise<readonly string[]> {
  const client = direct();
  const { invoices } = await client.accountBillingInvoices({ accountId });
  const lines = await Promise.all(
    invoices.map(async ({ id }) => {
      const { invoice_items } = await client.getAccountBillingInvoice({ accountId, invoiceId: id });
      return invoice_items.map((item) => `${item.charge_name} ${item.quantity}`);
    }),
  );
  return lines.flat().sort();
}

describe("a file", () => {
  it("is shown, applied, and applied again without a change", async () => {
    const folder = emptyFolder();
    const env = environment(folder);
    const accounts = await newAccounts("one", 2);
    const [first = "", second = ""] = accounts.keys();
    const wishes = new Map<string, Wish | null>([
      [first, { hosts: 10, webinar: 2 }],
      [second, null],
    ]);
    const file = fileFor(folder, wishes);

    const shown = await paymaster(["diff", file], { env });
    expect(shown.code, shown.stderr).toBe(0);
    expect(shown.stdout).toContain("+ business_yearly × 10 (base)");
    expect(shown.stdout).toContain("now 3,419.00 USD (previewed)");
    expect(shown.stdout).toContain("1 write to 1 of 2 accounts; now 3,419.00 USD.");
    const guessed = await paymaster(["diff", file, "--no-preview", "--exit-code"], { env });
    expect(guessed.code).toBe(8);
    expect(guessed.stdout).toContain("now 3,419.00 USD (by the price book, before tax)");
    const asked = await paymaster(["apply", file], { env });
    expect(asked).toMatchObject({ code: 2, stdout: "" });
    expect(asked.stderr).toContain("--yes");

    const done = await paymaster(["apply", file, "--yes", "--json"], { env });
    expect(done.code, done.stderr).toBe(0);
    expect(JSON.parse(done.stdout)).toMatchObject({
      accounts: [{ email: first, steps: [{ state: "done" }], problem: null }],
      totals: { changed: 1, open: 0, writes: 1 },
      stopped: null,
    });
    const again = await paymaster(["apply", file, "--yes"], { env });
    expect(again).toMatchObject({ code: 0 });
    expect(again.stdout).toBe("As the file says: 2 accounts of 2. Nothing changes.\n");

    // Fewer webinar hosts come at the renewal, more base hosts now, and the recording plan ends.
    const less = new Map(wishes).set(first, { hosts: 12, webinar: 1 });
    writeFileSync(file, JSON.stringify(withoutRecording(fileFor(folder, less))));
    const changed = await paymaster(["apply", file, "--yes"], { env });
    expect(changed.code, changed.stderr + changed.stdout).toBe(0);
    expect(changed.stdout).toMatch(
      /becomes 12[\s\S]*becomes 1\n[\s\S]*- cmr_monthly_commitment_40/,
    );
    const quiet = await paymaster(["diff", file], { env });
    expect(quiet.stdout).toBe("As the file says: 2 accounts of 2. Nothing changes.\n");
    const plans = await direct().accountPlans({ accountId: accounts.get(first) ?? "" });
    expect(plans.plan_base?.hosts).toBe(12);
    expect(plans.plan_recording_status).toBe("Cancelled");
    // The reduction is taken back before it came.
    fileFor(folder, new Map(less).set(first, { hosts: 12, webinar: 2 }));
    const back = await paymaster(["apply", file, "--yes"], { env });
    expect(back.code, back.stderr).toBe(0);
    expect((await paymaster(["diff", file, "--exit-code"], { env })).code).toBe(0);
  });

  it("that names an account nobody has, or what the service refuses, changes nothing", async () => {
    const folder = emptyFolder();
    const env = environment(folder);
    const accounts = await newAccounts("two", 2);
    const [first = "", second = ""] = accounts.keys();
    const strange = new Map(
      [...accounts.keys(), "nobody@example.com"].map((name) => [name, { hosts: 10 }]),
    );
    const unknown = await paymaster(["apply", fileFor(folder, strange), "--yes"], { env });
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toMatch(/billing.json:1:\d+: no sub account has the owner nobody@/);

    const accountId = accounts.get(second) ?? "";
    await direct().accountOptionsUpdate({ accountId, body: { pay_mode: "sub" } });
    const wishes = new Map([first, second].map((name) => [name, { hosts: 10 }]));
    const refused = await paymaster(["apply", fileFor(folder, wishes), "--yes"], { env });
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/billing.json:1:\d+: two1@example.com: .*self pay mode/);
    const held = await direct().accountPlans({ accountId: accounts.get(first) ?? "" });
    expect(held).toEqual({});
  });
});

describe("through a proxy that loses requests and answers, killed in the middle", () => {
  const ACCOUNTS = 10;

  it.each([
    ["Paymaster", false, 11],
    ["another service", true, 12],
  ])(
    "%s: everything is bought, and once",
    async (name, isForeign, seed) => {
      const folder = emptyFolder();
      const accounts = await newAccounts(isForeign ? "foreign" : "own", ACCOUNTS);
      const wishes = new Map(
        Array.from(accounts.keys(), (email) => [email, { hosts: 10, webinar: 2 }]),
      );
      const file = fileFor(folder, wishes);
      const target = new URL(server.credentials.base_url).origin;
      const proxy = await FaultyProxy.start({ target, seed, isForeign });
      try {
        const env = environment(folder, proxy.baseUrl);
        const line = ["apply", file, "--yes", "--json", "--timeout", "5"];
        const killed = await killedAfterWrites(line, env, proxy, 4);
        expect(killed, name).toBe("SIGKILL");
        const codes: (number | null)[] = [];
        for (let run = 0; run < 12 && codes.at(-1) !== 0; run += 1) {
          const { code, stdout, stderr } = await paymaster(line, { env, timeoutMs: 90_000 });
          codes.push(code);
          expect([0, 6, 7], stderr).toContain(code);
          // What was not done is said.
          if (code === 7) expect(JSON.parse(stdout)).not.toMatchObject({ totals: { open: 0 } });
        }
        expect(codes.at(-1)).toBe(0);
      } finally {
        await proxy.stop();
      }
      const expected = ["10", "1", "2"];
      for (const accountId of accounts.values()) {
        const quantities = (await linesOf(accountId)).map((line) => line.split(" ").at(-1));
        expect(quantities.sort()).toEqual(expected.toSorted());
      }
      const { ok } = await server.admin("GET", "/invariants");
      expect(ok).toBe(true);
    },
    180_000,
  );
});

function withoutRecording(file: string): unknown {
  const { accounts } = JSON.parse(readFileSync(file, "utf8")) as {
    accounts: { add_ons?: { type: string }[] }[];
  };
  return {
    accounts: accounts.map((account) =>
      account.add_ons === undefined
        ? account
        : { ...account, add_ons: account.add_ons.filter(({ type }) => !type.startsWith("cmr_")) },
    ),
  };
}

/** Kills the command with SIGKILL when the proxy has passed on so many writes. @returns the signal */
async function killedAfterWrites(
  line: readonly string[],
  env: Readonly<Record<string, string>>,
  proxy: FaultyProxy,
  writes: number,
): Promise<string | null> {
  const options = { env: { PATH: process.env.PATH, ...env }, stdio: "ignore" } as const;
  const child = spawn(process.execPath, [BIN, ...line], options);
  const timer = setInterval(() => {
    if (proxy.writes >= writes) child.kill("SIGKILL");
  }, 5);
  const [, signal] = (await once(child, "exit")) as [number | null, string | null];
  clearInterval(timer);
  return signal;
}
