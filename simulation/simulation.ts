/** What the actions of a run share: the real servers, the model beside them, and how one talks to them. */
import { operations } from "@paymaster/contract";
import { explain } from "./audit/explain.js";
import { readNewInvoices } from "./audit/invoices.js";
import { replyDifferences } from "./audit/replies.js";
import { show, Violation } from "./audit/violation.js";
import { type Deed, wholeDeed } from "./deeds/deed.js";
import { type Day, textOf } from "./model/calendar.js";
import { post } from "./model/invoicing.js";
import type { Reply } from "./model/reply.js";
import { type Account, newAccount } from "./model/state.js";
import { begin } from "./model/subscribe.js";
import type { WireCall } from "./model/wire.js";
import type { World } from "./model/world.js";
import type { Random } from "./random.js";
import type { Answer } from "./server/http.js";
import type { Instance } from "./server/instance.js";
import type { Site } from "./server/site.js";
import { makeTaste, type Taste } from "./workload/taste.js";

/** An account with the key that it calls with. */
export interface Caller {
  readonly id: string;
  readonly token: string;
}

/** A deed with a key, and the day on which it got its answer: the key holds for 24 hours. */
export interface KeyedDone {
  readonly deed: Deed;
  readonly answer: Answer;
  readonly on: Day;
}

/** Steps that are kept to be shown with a violation. */
const TRAIL = 25;

export class Simulation {
  readonly random: Random;
  readonly site: Site;
  /** Last day of the run. */
  readonly end: Day;
  /** How often something breaks in the middle of a deed. */
  readonly faultRate: number;
  readonly taste: Taste;
  world: World;
  /** Masters and regular accounts. */
  readonly tenants: Caller[] = [];
  /** Sub accounts with keys of their own: second-level masters, and some that may become it. */
  readonly #keyed: Caller[] = [];
  /** Sub accounts in the order in which they were made. */
  readonly subs: string[] = [];
  /** Numbers for emails, references and keys: each is used once. */
  #serial = 0;
  step = 0;
  /** Connections and servers that were lost. */
  faults = 0;
  readonly trail: string[] = [];
  /** The last keyed deeds that were done, and what was answered to them. */
  readonly keyed: KeyedDone[] = [];

  constructor(random: Random, site: Site, world: World, end: Day, faultRate: number) {
    this.random = random;
    this.site = site;
    this.world = world;
    this.end = end;
    this.faultRate = faultRate;
    this.taste = makeTaste(random);
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

  /** Everybody who owes, or may come to owe, invoices of others. */
  get payers(): string[] {
    const resellers = this.#keyed.map(({ id }) => id).filter((id) => this.world.get(id).reseller);
    return [...this.masters, ...resellers];
  }

  /** A sub account gets a key of its own. */
  async giveKey(id: string): Promise<void> {
    const wish = { account_id: id, scopes: ["billing:master", "account:master"] };
    const answer = await this.admin(this.pickServer(), "POST", "/api-keys", wish);
    this.#keyed.push({ id, token: (answer.body as { api_key: string }).api_key });
    this.world.change(id, { hasKey: true });
  }

  token(caller: string): string {
    const found = [...this.tenants, ...this.#keyed].find((one) => one.id === caller);
    if (found === undefined) throw new Error(`${caller} does not call`);
    return found.token;
  }

  /** The server that gets the next call: any of them will do. */
  pickServer(): Instance {
    return this.random.pick(this.site.servers);
  }

  admin(server: Instance, method: string, path: string, body?: unknown): Promise<Answer> {
    return server.http.send(method, `/admin/v1${path}`, server.credentials.admin_key, body);
  }

  /** Sends the call as it stands. */
  wire(
    server: Instance,
    call: WireCall,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    const operation = operations[call.tool];
    const path = operation.path
      .replace("{accountId}", call.account)
      .replace("{invoiceId}", call.invoice ?? "");
    const query = call.query === undefined ? "" : `?${new URLSearchParams(call.query)}`;
    return server.http.send(
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

  /** The accounts that the first differences name. */
  describeNamed(wrong: readonly string[]): Readonly<Record<string, unknown>> {
    const text = wrong.slice(0, 2).join(" ");
    const named = [...this.world.accounts()].filter(({ id }) => text.includes(id));
    return Object.fromEntries(named.map(({ id }) => [id, this.describe(id)]));
  }

  describe(id: string): unknown {
    const account = this.world.find(id);
    if (account === undefined) return "unknown";
    const { items, usage, unbilled, drafts, credit, payMode, autoRenew, parent } = account;
    return {
      ...{ parent, payMode, autoRenew, credit, usage: show(usage), unbilled: unbilled.map(show) },
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

  /** An operator makes a master or regular account, with a plan of its own or without. */
  async addTenant(
    kind: "master" | "regular",
    plan: { readonly type: string; readonly hosts: number } | null,
  ): Promise<void> {
    const wish = { kind, account_name: `Tenant ${this.serial()}`, plan_base: plan };
    const answer = await this.admin(this.pickServer(), "POST", "/accounts", wish);
    const { id, api_key: token } = answer.body as { id: string; api_key: string };
    await this.adoptTenant(kind, { id, token }, plan, wish.account_name);
  }

  /** Takes up a master or regular account that the server has, with the invoice of its plan. */
  async adoptTenant(
    kind: "master" | "regular",
    tenant: Caller,
    plan: { readonly type: string; readonly hosts: number } | null,
    name: string,
  ): Promise<void> {
    const { id } = tenant;
    const server = this.pickServer();
    this.tenants.push(tenant);
    const me = { caller: id, account: "me" };
    const about = (await this.wire(server, { tool: "account", ...me })).body as Record<
      string,
      string
    >;
    const billing = (await this.wire(server, { tool: "account_billing", ...me })).body;
    const contact = billing as Record<string, string>;
    const { first_name: first = "", last_name: last = "" } = contact;
    const { owner_id: ownerId = "", owner_email: email = "", created_at: createdAt = "" } = about;
    const owner = { id: ownerId, email, first, last };
    this.world.put(
      newAccount({ id, master: id, parent: id, kind, owner, createdAt, contact, name }),
    );
    const deed = wholeDeed({
      what: `the first plan of ${id}`,
      again: "never",
      send: () => Promise.reject(new Error("it was there before")),
      foresee: (world) => {
        if (plan !== null) {
          const wish = { ...plan, family: "plan_base", options: {} };
          const begun = begin(world, world.get(id), wish);
          world.put(begun.account);
          post(world, id, begun.charges);
        }
        return { status: 0, body: undefined };
      },
    });
    const found = await readNewInvoices(this.site.database, new Map([[id, 0]]));
    const { world, wrong } = explain(this.world, [{ deed, answer: null }], [0], found);
    if (wrong.length > 0) throw new Violation("A tenant begins with something else.", { wrong });
    this.world = world;
  }

  account(id: string): Account {
    return this.world.get(id);
  }
}
