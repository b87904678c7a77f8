/** What the actions of a run share: the real server, the model beside it, and the comparison of both. */
import { operations } from "@paymaster/contract";
import { matchInvoices, orderOfDay, readNewInvoices } from "./audit/invoices.js";
import { differences, show, Violation } from "./audit/violation.js";
import { textOf } from "./model/calendar.js";
import { post } from "./model/invoicing.js";
import type { Reply } from "./model/reply.js";
import { type Account, newAccount } from "./model/state.js";
import { begin } from "./model/subscribe.js";
import type { WireCall } from "./model/wire.js";
import type { World } from "./model/world.js";
import type { Random } from "./random.js";
import type { Answer } from "./server/http.js";
import type { Instance } from "./server/instance.js";

/** A master or regular account with the key that it calls with. */
export interface Tenant {
  readonly id: string;
  readonly token: string;
}

/** Steps that are kept to be shown with a violation. */
const TRAIL = 25;

export class Simulation {
  readonly random: Random;
  readonly instance: Instance;
  world: World;
  readonly tenants: Tenant[] = [];
  /** Sub accounts in the order in which they were made. */
  readonly subs: string[] = [];
  /** Numbers for emails, references and keys: each is used once. */
  #serial = 0;
  step = 0;
  /** Day of the scheduler's last tick. */
  tickedOn: number | null = null;
  readonly trail: string[] = [];

  constructor(random: Random, instance: Instance, world: World) {
    this.random = random;
    this.instance = instance;
    this.world = world;
  }

  serial(): number {
    this.#serial += 1;
    return this.#serial;
  }

  /** Notes what is done, for whoever reads a violation. */
  note(text: string): void {
    this.trail.push(`step ${this.step}, ${textOf(this.world.today)}: ${text}`);
    if (this.trail.length > TRAIL) this.trail.shift();
  }

  get masters(): string[] {
    return this.tenants.map((tenant) => tenant.id);
  }

  token(caller: string): string {
    const found = this.tenants.find((tenant) => tenant.id === caller);
    if (found === undefined) throw new Error(`${caller} does not call`);
    return found.token;
  }

  admin(method: string, path: string, body?: unknown): Promise<Answer> {
    const { http, credentials } = this.instance;
    return http.send(method, `/admin/v1${path}`, credentials.admin_key, body);
  }

  /** Sends the call as it stands. */
  wire(call: WireCall, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    const operation = operations[call.tool];
    const path = operation.path
      .replace("{accountId}", call.account)
      .replace("{invoiceId}", call.invoice ?? "");
    const query = call.query === undefined ? "" : `?${new URLSearchParams(call.query)}`;
    return this.instance.http.send(
      operation.method,
      `/v2${path}${query}`,
      this.token(call.caller),
      call.body,
      headers,
    );
  }

  /** The reply against the prediction; members that are not predicted are not looked at. */
  check(what: string, expected: Reply, actual: Answer, account?: string): void {
    const wrong = replyDifferences(expected, actual);
    if (wrong.length === 0) return;
    throw new Violation("A reply is not what the model expects.", {
      asked: what,
      wrong: wrong.slice(0, 20),
      ...(account === undefined ? {} : { account: this.describe(account) }),
    });
  }

  describe(id: string): unknown {
    const account = this.world.find(id);
    if (account === undefined) return "unknown";
    const { id: _, items, usage, unbilled, drafts, credit, payMode, autoRenew } = account;
    return {
      ...{ payMode, autoRenew, credit, usage: show(usage), unbilled: unbilled.map(show) },
      drafts: drafts.map((draft) => `${draft.id} ${textOf(draft.target)} ${draft.status}`),
      items: items.map((item) => {
        const { number, type, hosts, blocks, months, status, pending } = item;
        const days = [item.start, item.periodStart, item.periodEnd].map(textOf).join(" ");
        return `${number} ${type} ${status} hosts ${hosts} ${show(blocks)} months ${months} anchor ${item.anchorDay} start, period ${days} pending ${show(pending)}`;
      }),
    };
  }

  /** Last numbers of all masters, to find what is posted from now on. */
  numbers(): Map<string, number> {
    return new Map(this.masters.map((id) => [id, this.world.lastNumber(id)]));
  }

  /** Does it on the server, then in the model, and compares every invoice that came of it. */
  async compareInvoices(
    before: ReadonlyMap<string, number>,
    model: (orderOf: (day: number) => string[]) => void,
  ): Promise<void> {
    const found = [];
    for (const [master, number] of before) {
      found.push(...(await readNewInvoices(this.instance.database, master, number)));
    }
    model(orderOfDay(found));
    const made = this.world.takeMade();
    for (const master of before.keys()) {
      matchInvoices(
        this.world,
        made.filter((one) => this.world.get(one.account).master === master),
        found.filter((one) => this.world.get(one.account).master === master),
      );
    }
  }

  /** An operator makes a master or regular account, with a plan of its own or without. */
  async addTenant(
    kind: "master" | "regular",
    plan: { readonly type: string; readonly hosts: number } | null,
  ): Promise<void> {
    const wish = { kind, account_name: `Tenant ${this.serial()}`, plan_base: plan };
    const answer = await this.admin("POST", "/accounts", wish);
    const { id, api_key: token } = answer.body as { id: string; api_key: string };
    await this.adoptTenant(kind, { id, token }, plan);
  }

  /** Takes up a master or regular account that the server has, with the invoice of its plan. */
  async adoptTenant(
    kind: "master" | "regular",
    tenant: Tenant,
    plan: { readonly type: string; readonly hosts: number } | null,
  ): Promise<void> {
    const { id } = tenant;
    this.tenants.push(tenant);
    const me = { caller: id, account: "me" };
    const about = (await this.wire({ tool: "account", ...me })).body as Record<string, string>;
    const billing = (await this.wire({ tool: "account_billing", ...me })).body;
    const contact = billing as Record<string, string>;
    const { first_name: first = "", last_name: last = "" } = contact;
    const { owner_id: ownerId = "", owner_email: email = "", created_at: createdAt = "" } = about;
    const owner = { id: ownerId, email, first, last };
    this.world.put(newAccount({ id, master: id, kind, owner, createdAt, contact }));
    await this.compareInvoices(new Map([[id, 0]]), () => {
      if (plan === null) return;
      const wish = { ...plan, family: "plan_base", options: {} };
      const begun = begin(this.world, this.world.get(id), wish, [], {});
      this.world.put(begun.account);
      post(this.world, id, begun.charges);
    });
  }

  account(id: string): Account {
    return this.world.get(id);
  }
}

/** How a reply differs from its prediction. */
export function replyDifferences(expected: Reply, actual: Answer): string[] {
  const body = expected.body;
  const status = differences({ status: expected.status }, { status: actual.status });
  if (body === undefined) return status;
  return [...status, ...differences(body, likePredicted(expected, actual.body))];
}

/** The answer without top-level members that are not predicted, lines in the order of the prediction. */
function likePredicted({ body: expected, partial }: Reply, actual: unknown): unknown {
  if (!isObject(expected) || !isObject(actual)) return actual;
  const shown =
    partial === true
      ? Object.fromEntries(Object.entries(actual).filter(([name]) => name in expected))
      : { ...actual };
  // No rule orders the lines of an invoice or of a preview.
  for (const name of ["invoice_items", "lines"]) {
    if (Array.isArray(expected[name]) && Array.isArray(shown[name])) {
      shown[name] = inOrderOf(expected[name], shown[name]);
    }
  }
  return shown;
}

function inOrderOf(expected: readonly unknown[], actual: readonly unknown[]): unknown[] {
  const names = isObject(expected[0]) ? Object.keys(expected[0]) : [];
  const left = actual.map((line) =>
    isObject(line)
      ? Object.fromEntries(Object.entries(line).filter(([name]) => names.includes(name)))
      : line,
  );
  const ordered: unknown[] = [];
  for (const line of expected) {
    const index = left.findIndex((one) => differences(line, one).length === 0);
    ordered.push(...left.splice(Math.max(index, 0), 1));
  }
  return [...ordered, ...left];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
