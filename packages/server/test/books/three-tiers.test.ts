/**
 * Three tiers: a master, a second-level master that it makes a reseller, and the reseller's own sub
 * accounts. Who reaches whom, who pays, whose statement it is on.
 */
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { startTestServer, type TestServer } from "../support/server.js";
import {
  advance,
  balance,
  expectSound,
  newTenant,
  owed,
  pay,
  type Tenant,
  tenantOf,
} from "./support/tenant.js";

const PRICE = 29.98;
const EVERY_SCOPE = ["billing:master", "account:master"];

const NEW_SUB = {
  first_name: "A",
  last_name: "B",
  email: "ab@x.example",
  password: "Long-enough-9",
};

let paymaster: TestServer;
beforeAll(async () => {
  paymaster = await startTestServer({ testClock: "2026-03-10" });
});
afterAll(async () => {
  await expectSound(paymaster);
  await paymaster.stop();
});

interface Tiers {
  readonly root: Tenant;
  readonly reseller: Tenant;
}

async function keyOf(accountId: string): Promise<string> {
  const made = await paymaster.admin<{ api_key: string }>("POST", "/api-keys", {
    account_id: accountId,
    scopes: EVERY_SCOPE,
  });
  expect(made.status).toBe(201);
  return made.body.api_key;
}

async function threeTiers(): Promise<Tiers> {
  const root = await newTenant(paymaster, "Root");
  const id = await root.sub({ account_name: "Reseller" });
  expect((await paymaster.admin("PATCH", `/accounts/${id}`, { reseller: true })).status).toBe(200);
  return { root, reseller: tenantOf(paymaster, id, await keyOf(id)) };
}

/** A statement of the server waits for a row that this connection holds. */
async function untilSomebodyWaits(holder: pg.Client): Promise<void> {
  await vi.waitFor(
    async () => {
      const { rowCount } = await holder.query("select 1 from pg_locks where not granted");
      expect(rowCount).toBeGreaterThan(0);
    },
    { timeout: 5_000 },
  );
}

async function listed(tenant: Tenant): Promise<string[]> {
  const { body } = await tenant.wire<{ accounts: { id: string }[] }>("GET", "/accounts");
  return body.accounts.map((account) => account.id);
}

describe("a reseller", () => {
  it("makes sub accounts of its own, and sees those alone", async () => {
    const { root, reseller } = await threeTiers();
    const own = await reseller.sub();
    const sibling = await root.sub();
    expect(await listed(reseller)).toEqual([own]);
    expect(new Set(await listed(root))).toEqual(new Set([reseller.id, own, sibling]));
    for (const id of [sibling, root.id]) {
      const answer = await reseller.wire("GET", `/accounts/${id}/plans`);
      expect([answer.status, answer.body.code]).toEqual([404, 2001]);
    }
  });

  it("buys for its sub accounts as a master does; so can the root master", async () => {
    const { root, reseller } = await threeTiers();
    const first = await reseller.customer();
    const second = await reseller.sub();
    const bought = await root.wire("POST", `/accounts/${second}/plans`, {
      body: {
        contact: (await reseller.wire("GET", `/accounts/${first}/billing`)).body,
        plan_base: { type: "monthly", hosts: 2 },
      },
    });
    expect(bought.status).toBe(201);
    for (const id of [first, second]) {
      expect((await reseller.wire("GET", `/accounts/${id}/plans/usage`)).status).toBe(200);
      expect((await owed(paymaster, id)).map((one) => one.payer_id)).toEqual([reseller.id]);
    }
  });

  it("owes its sub accounts' invoices, and its master owes the reseller's own", async () => {
    const { root, reseller } = await threeTiers();
    const sub = await reseller.customer();
    const contact = (await reseller.wire("GET", `/accounts/${sub}/billing`)).body;
    await root.wire("POST", `/accounts/${reseller.id}/plans`, {
      body: { contact, plan_base: { type: "monthly", hosts: 1 } },
    });
    expect(await balance(paymaster, reseller.id)).toMatchObject({
      payer_id: root.id,
      open: PRICE,
      open_invoices: 1,
    });
    expect(await balance(paymaster, root.id)).toMatchObject({ open: 14.99, open_invoices: 1 });
    // Numbers are the root master's: one sequence.
    const numbers = [...(await owed(paymaster, reseller.id)), ...(await owed(paymaster, sub))];
    expect(new Set(numbers.map((one) => one.invoice_number))).toEqual(
      new Set(["INV-00000001", "INV-00000002"]),
    );
    await expectSound(paymaster);
  });

  it("is paid for by its payments, its credit kept apart from the root's", async () => {
    const { root, reseller } = await threeTiers();
    const sub = await reseller.customer();
    const direct = await root.customer();
    // To the third tier's account: only its invoices, and the rest is the reseller's credit.
    expect((await pay(paymaster, sub, 40)).body).toMatchObject({ credit: 10.02 });
    expect(await balance(paymaster, reseller.id)).toMatchObject({ open: 0, credit: 10.02 });
    expect(await balance(paymaster, root.id)).toMatchObject({ open: PRICE, credit: 0 });
    expect((await owed(paymaster, direct)).map((one) => one.balance)).toEqual([PRICE]);
    await reseller.customer();
    expect(await balance(paymaster, reseller.id)).toMatchObject({ open: 19.96, credit: 0 });
    await expectSound(paymaster);
  });

  it("cannot be made of an account of the third tier, of a master, or unmade while it has accounts", async () => {
    const { root, reseller } = await threeTiers();
    const third = await reseller.sub();
    for (const id of [third, root.id]) {
      const refused = await paymaster.admin("PATCH", `/accounts/${id}`, { reseller: true });
      expect([refused.status, refused.body.errors]).toMatchObject([400, [{ field: "reseller" }]]);
    }
    const kept = await paymaster.admin("PATCH", `/accounts/${reseller.id}`, { reseller: false });
    expect([kept.status, kept.body.errors]).toMatchObject([400, [{ field: "reseller" }]]);
    const childless = await root.sub();
    for (const flag of [true, false]) {
      const { status, body } = await paymaster.admin("PATCH", `/accounts/${childless}`, {
        reseller: flag,
      });
      expect([status, body.reseller]).toEqual([200, flag]);
    }
  });

  it("does not leave, nor lose its rank, while it has accounts: regression", async () => {
    const { root, reseller } = await threeTiers();
    const third = await reseller.sub();
    const refused = await root.wire("DELETE", `/accounts/${reseller.id}`);
    expect([refused.status, refused.body.errors]).toMatchObject([400, [{ field: "accountId" }]]);
    expect((await root.wire("DELETE", `/accounts/${third}`)).status).toBe(204);
    expect((await root.wire("DELETE", `/accounts/${reseller.id}`)).status).toBe(204);
  });

  it("gets no account while it loses its rank: regression", async () => {
    const { root, reseller } = await threeTiers();
    const operator = new pg.Client(paymaster.databaseUrl);
    await operator.connect();
    await operator.query("begin");
    await operator.query("update accounts set reseller = false where id = $1", [reseller.id]);
    const creation = reseller.wire("POST", "/accounts", { body: NEW_SUB });
    await untilSomebodyWaits(operator);
    await operator.query("commit");
    await operator.end();
    expect((await creation).status).toBe(403);
    expect(await listed(root)).toEqual([reseller.id]);
  });

  it("an ordinary sub account has none: it neither lists nor makes accounts", async () => {
    const root = await newTenant(paymaster);
    const id = await root.sub();
    const sub = tenantOf(paymaster, id, await keyOf(id));
    for (const [method, options] of [
      ["GET", {}],
      ["POST", { body: NEW_SUB }],
    ] as const) {
      const answer = await sub.wire(method, "/accounts", options);
      expect([answer.status, answer.body.code]).toEqual([403, 200]);
    }
  });
});

describe("statements of three tiers", () => {
  it("each payer that wants one gets the invoices that it owes, and no other", async () => {
    const { root, reseller } = await threeTiers();
    for (const { id } of [root, reseller]) {
      await paymaster.admin("PATCH", `/accounts/${id}`, { consolidated_statements: true });
    }
    const third = [await reseller.customer(), await reseller.customer(), await reseller.customer()];
    const second = [await root.customer(), await root.customer()];
    await advance(paymaster, "2026-04-10");
    for (const [payer, accounts] of [
      [reseller, third],
      [root, second],
    ] as const) {
      const { body } = await paymaster.admin<{ statements: { id: string }[] }>(
        "GET",
        `/accounts/${payer.id}/statements`,
      );
      const total = Math.round(accounts.length * PRICE * 100) / 100;
      expect(body.statements).toEqual([
        {
          id: expect.any(String),
          payer_id: payer.id,
          bill_run_id: expect.any(String),
          statement_date: "2026-04-10",
          currency: "USD",
          invoices: accounts.length,
          total_amount: total,
        },
      ]);
      const statement = await paymaster.admin<{
        lines: { account_id: string; invoice_number: string; total_amount: number }[];
        next: null;
      }>("GET", `/statements/${body.statements[0]?.id}`);
      const { lines } = statement.body;
      expect(statement.body).toMatchObject({ total_amount: total, next: null });
      expect(new Set(lines.map((line) => line.account_id))).toEqual(new Set(accounts));
      expect(lines.map((line) => line.total_amount)).toEqual(accounts.map(() => PRICE));
      const numbers = lines.map((line) => line.invoice_number);
      expect(numbers).toEqual(numbers.toSorted());
    }
    await expectSound(paymaster);
  });

  it("an unknown statement or account does not exist", async () => {
    for (const path of ["/statements/nothing", "/accounts/nobody/statements"]) {
      expect((await paymaster.admin("GET", path)).status).toBe(404);
    }
  });
});
