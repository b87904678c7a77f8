/** A tenant on a running server, for scenarios: its master, what it does on the wire, what it owes. */
import { expect } from "vitest";
import { type Answer, type CallOptions, CONTACT, type TestServer } from "../../support/server.js";

export interface WireInvoice {
  readonly id: string;
  readonly invoice_number: string;
  readonly status: string;
  readonly invoice_date: string;
  readonly target_date: string;
  readonly due_date: string;
  readonly tax_amount: number;
  readonly total_amount: number;
  readonly balance: number;
}

export interface OperatorInvoice extends WireInvoice {
  readonly account_id: string;
  readonly payer_id: string;
  readonly overdue: boolean;
  readonly days_overdue: number;
}

export interface Tenant {
  readonly id: string;
  /** Calls the wire as this account. */
  wire<Body = Record<string, unknown>>(
    method: string,
    path: string,
    options?: CallOptions,
  ): Promise<Answer<Body>>;
  /** A sub account of this one. */
  sub(more?: Readonly<Record<string, unknown>>): Promise<string>;
  /** A sub account with a base plan, its contact where `contact` says. */
  customer(
    plan?: Readonly<Record<string, unknown>>,
    more?: { readonly contact?: object; readonly account?: Readonly<Record<string, unknown>> },
  ): Promise<string>;
  /** Invoices of an account as the wire lists them, the newest first. */
  invoices(accountId: string): Promise<readonly WireInvoice[]>;
}

/** A master of its own, without a plan, so that what it owes is what its subs cost. */
export async function newTenant(paymaster: TestServer, name = "Scenario"): Promise<Tenant> {
  const made = await paymaster.admin<{ id: string; api_key: string }>("POST", "/accounts", {
    kind: "master",
    account_name: name,
    plan_base: null,
  });
  expect(made.status).toBe(201);
  return tenantOf(paymaster, made.body.id, made.body.api_key);
}

let owners = 0;

export function tenantOf(paymaster: TestServer, id: string, token: string): Tenant {
  const wire: Tenant["wire"] = (method, path, options) =>
    paymaster.wire(method, path, { ...options, token });
  const sub: Tenant["sub"] = async (more = {}) => {
    owners += 1;
    const body = {
      first_name: "Mira",
      last_name: "Castellan",
      email: `owner${owners}@scenario.example`,
      password: "Long-enough-9",
      ...more,
    };
    const made = await wire<{ id: string }>("POST", "/accounts", { body });
    expect(made.status, JSON.stringify(made.body)).toBe(201);
    return made.body.id;
  };
  return {
    id,
    wire,
    sub,
    customer: async (plan = { type: "monthly", hosts: 2 }, more = {}) => {
      const account = await sub(more.account);
      const bought = await wire("POST", `/accounts/${account}/plans`, {
        body: { contact: { ...CONTACT, ...more.contact }, plan_base: plan },
      });
      expect(bought.status, JSON.stringify(bought.body)).toBe(201);
      return account;
    },
    invoices: async (accountId) => {
      const path = `/accounts/${accountId}/billing/invoices?from=${FROM}&to=${TO}`;
      const { body } = await wire<{ invoices: WireInvoice[] }>("GET", path);
      return body.invoices;
    },
  };
}

/** The tests' clocks move within this year. */
const FROM = "2026-01-01";
const TO = "2026-12-31";

/** An account's invoices as the operator sees them, the newest first. */
export async function owed(
  paymaster: TestServer,
  accountId: string,
  query = "",
): Promise<readonly OperatorInvoice[]> {
  const path = `/accounts/${accountId}/invoices${query}`;
  const { status, body } = await paymaster.admin<{ invoices: OperatorInvoice[] }>("GET", path);
  expect(status).toBe(200);
  return body.invoices;
}

export interface Balance {
  readonly payer_id: string;
  readonly open: number;
  readonly open_invoices: number;
  readonly overdue: number;
  readonly overdue_invoices: number;
  readonly oldest_due_date: string | null;
  readonly credit: number;
}

export async function balance(paymaster: TestServer, accountId: string): Promise<Balance> {
  const path = `/accounts/${accountId}/balance`;
  return (await paymaster.admin<Balance & Record<string, unknown>>("GET", path)).body;
}

export interface PaymentAnswer {
  readonly id: string;
  readonly applied: readonly { readonly invoice_id: string; readonly amount: number }[];
  readonly credit: number;
}

let references = 0;

/** Pays, in USD, under a reference of its own unless one is given. */
export async function pay(
  paymaster: TestServer,
  accountId: string,
  amount: number,
  more: { readonly invoice_ids?: readonly string[]; readonly reference?: string } = {},
): Promise<Answer<PaymentAnswer>> {
  references += 1;
  return paymaster.admin("POST", `/accounts/${accountId}/payments`, {
    amount,
    currency: "USD",
    reference: `transfer ${references}`,
    ...more,
  });
}

export async function advance(paymaster: TestServer, to: string): Promise<void> {
  const moved = await paymaster.admin("POST", "/clock/advance", { to });
  expect([moved.status, moved.body.now]).toEqual([200, expect.stringContaining(to)]);
}

/** Every invariant holds, or the offenders are shown. */
export async function expectSound(paymaster: TestServer): Promise<void> {
  const { body } = await paymaster.admin<{ checks: { ok: boolean }[] }>("GET", "/invariants");
  expect(body.checks.filter((check) => !check.ok)).toEqual([]);
}
