/**
 * The demo world: over a year in the life of a master account, lived through on a clock of its own. Every
 * invoice was made by the engine as time passed; nothing is inserted by hand.
 */
import { type Operation, operations, type ToolName } from "@paymaster/contract";
import { addDays, type CivilDate, reportUsage } from "@paymaster/engine";
import { advanceClock } from "../billing/advance.js";
import type { BillingServices } from "../billing/bill-run.js";
import { createAccountWithPlan } from "../billing/new-account.js";
import { receivePayment } from "../billing/payments.js";
import { postDecisions } from "../billing/post.js";
import { ManualClock } from "../clock.js";
import { transaction } from "../database/pool.js";
import type { Call, Services } from "../http/call.js";
import type { Principal } from "../http/principal.js";
import { handlers } from "../operations/index.js";
import { saveFlags } from "../store/account-changes.js";
import { AccountReads } from "../store/account-reads.js";
import { type AccountRef, loadAccount, lockAccounts, toState } from "../store/accounts.js";
import { type DemoAccount, type DemoEvent, demoAccounts } from "./accounts.js";

const HISTORY_DAYS = 425;
/** Invoices are paid when they are this old; accounts that pay late stopped long ago. */
const PAYS_AFTER_DAYS = 20;
const STOPPED_PAYING_DAYS_AGO = 110;
const BY = { actor: "demo", trackingId: null } as const;

interface Step {
  readonly date: CivilDate;
  readonly run: () => Promise<void>;
}

export async function buildDemoWorld(services: BillingServices): Promise<AccountRef> {
  const today = services.clock.today();
  const clock = new ManualClock(addDays(today, -HISTORY_DAYS));
  const world = new World({ ...services, clock }, today);
  const master = await world.start();
  const steps = demoAccounts.flatMap((account, index) => world.stepsOf(account, index));
  steps.push(...world.paymentSteps());
  steps.sort((a, b) => (a.date < b.date ? -1 : a.date > b.date ? 1 : 0));
  for (const step of steps) {
    await world.moveTo(step.date);
    await step.run();
  }
  await world.moveTo(today);
  return master;
}

class World {
  readonly #services: BillingServices & { readonly clock: ManualClock };
  readonly #today: CivilDate;
  readonly #ids = new Map<DemoAccount, string>();
  #master: AccountRef = { masterId: "", accountId: "" };

  constructor(services: BillingServices & { readonly clock: ManualClock }, today: CivilDate) {
    this.#services = services;
    this.#today = today;
  }

  /** The master with the plans of the first seed document's sample answer. */
  async start(): Promise<AccountRef> {
    this.#master = await createAccountWithPlan(
      this.#services,
      {
        kind: "master",
        accountName: "Meridian Partners",
        ownerEmail: "billing@meridian-partners.example",
        contact: {
          first_name: "Carol",
          last_name: "Whitfield",
          email: "billing@meridian-partners.example",
          phone_number: "+1 415 555 0100",
          address: "500 Market Street",
          apt: "Suite 900",
          city: "San Francisco",
          state: "CA",
          zip: "94105",
          country: "US",
        },
        plan: { type: "monthly", hosts: 2 },
        addons: [
          { type: "zroom_monthly", hosts: 1 },
          { type: "webinar1000_monthly", hosts: 1 },
          { type: "zoomevents500_monthly", hosts: 1 },
          { type: "large500_monthly", hosts: 1 },
        ],
      },
      BY,
    );
    await this.#reportUsage(this.#master.accountId, 0, {
      monthly: 1,
      zroom_monthly: 0,
      webinar1000_monthly: 1,
      zoomevents500_monthly: 1,
      large500_monthly: 1,
    });
    return this.#master;
  }

  async moveTo(date: CivilDate): Promise<void> {
    const { clock } = this.#services;
    const toMs = Date.parse(`${date}T00:00:00Z`);
    if (toMs > clock.nowMs()) await advanceClock(this.#services, clock, toMs);
  }

  /** What happens to one account, as steps in time; what would lie ahead of today is left out. */
  stepsOf(account: DemoAccount, index: number): Step[] {
    const made = addDays(this.#today, -account.daysAgo);
    const steps: Step[] = [{ date: made, run: () => this.#create(account, index) }];
    for (const event of account.events) {
      const date = addDays(made, event.day);
      if (date <= this.#today)
        steps.push({ date, run: () => this.#carryOut(account, index, event) });
    }
    if (account.vip) {
      steps.push({ date: this.#today, run: () => this.#flag(account, { vip: true }) });
    }
    return steps;
  }

  /** The master settles what is old enough, twice a month; for late payers only in the distant past. */
  paymentSteps(): Step[] {
    const steps: Step[] = [];
    for (let ago = HISTORY_DAYS - PAYS_AFTER_DAYS; ago > 0; ago -= 15) {
      const date = addDays(this.#today, -ago);
      steps.push({ date, run: () => this.#pay(date, ago < STOPPED_PAYING_DAYS_AGO) });
    }
    return steps;
  }

  async #create(account: DemoAccount, index: number): Promise<void> {
    const [first, last] = account.owner;
    const reply = await this.#write("account_create", null, {
      first_name: first,
      last_name: last,
      email: emailOf(account),
      // Never kept: nobody signs in as a demo owner.
      password: `Demo-owner-${index}`,
      account_name: account.name,
      ...(account.payMode === undefined ? {} : { options: { pay_mode: account.payMode } }),
    });
    this.#ids.set(account, (reply as { id: string }).id);
  }

  async #carryOut(account: DemoAccount, index: number, event: DemoEvent): Promise<void> {
    const id = this.#idOf(account);
    switch (event.do) {
      case "subscribe":
        await this.#write("account_plan_create", id, {
          ...event.body,
          contact: contactOf(account, index),
        });
        return;
      case "addon":
        await this.#write("account_plan_addon_create", id, event.body);
        return;
      case "changeBase":
        await this.#write("account_plan_base_update", id, event.body);
        return;
      case "changeAddon":
        await this.#write("account_plan_addon_update", id, event.body);
        return;
      case "cancelAddon":
        await this.#write("account_plan_addon_cancel", id, {
          action: "cancel",
          type: event.type,
          reason: event.reason,
        });
        return;
      case "cancelBase":
        await this.#write("account_plan_base_delete", id, {
          action: "cancel",
          reason: event.reason,
        });
        return;
      case "usage":
        await this.#reportUsage(id, event.recordingGb, event.hosts);
        return;
    }
  }

  /** The same handler that the wire calls, as the master. */
  async #write(
    tool: ToolName,
    accountId: string | null,
    body: Readonly<Record<string, unknown>>,
  ): Promise<unknown> {
    const services: Services = {
      ...this.#services,
      accounts: new AccountReads(this.#services.pool),
      profile: this.#services.books().engine.profile,
      pdfs: { get: () => Promise.reject(new Error("the demo world downloads nothing")) },
    };
    const handler = handlers[tool](services);
    if (!("write" in handler)) throw new Error(`${tool} does not write`);
    const principal: Principal = {
      ...this.#master,
      kind: "master",
      tier: "business",
      scopes: new Set(),
      actor: BY.actor,
      expiresAtMs: null,
    };
    const target = { ...this.#master, accountId: accountId ?? this.#master.accountId };
    const call: Call = {
      operation: operations[tool] as Operation,
      principal,
      params: accountId === null ? {} : { accountId },
      query: {},
      body,
      trackingId: "demo",
      target,
      targetAsWritten: target.accountId,
    };
    return transaction(this.#services.pool, async (connection) => {
      const planned = await handler.write(call, connection, true);
      return (await planned.write()).body;
    });
  }

  async #reportUsage(
    accountId: string,
    recordingGb: number,
    hosts: Readonly<Record<string, number>>,
  ): Promise<void> {
    const { pool, clock, books } = this.#services;
    const ref = { masterId: this.#master.masterId, accountId };
    await transaction(pool, async (connection) => {
      await lockAccounts(connection, [ref]);
      const loaded = await loadAccount(connection, ref);
      if (loaded === undefined) throw new Error(`account ${accountId} is missing`);
      const state = toState(loaded, 0);
      const today = clock.today();
      const decision = reportUsage(state, { hosts, recordingGb }, today, books().engine);
      await postDecisions(connection, [{ loaded, decision }], {
        now: clock.now(),
        today,
        targetDate: today,
        by: BY,
        billRunId: null,
      });
    });
  }

  async #flag(account: DemoAccount, flags: { vip: boolean }): Promise<void> {
    const ref = { masterId: this.#master.masterId, accountId: this.#idOf(account) };
    await saveFlags(this.#services.pool, ref, flags);
  }

  async #pay(date: CivilDate, lateOnesStopped: boolean): Promise<void> {
    const { pool } = this.#services;
    const late = demoAccounts
      .filter((account) => account.paysLate === true && lateOnesStopped)
      .flatMap((account) => this.#ids.get(account) ?? []);
    const { rows } = await pool.query(
      `select id, balance_minor as "balanceMinor" from invoices
        where master_id = $1 and balance_minor > 0 and invoice_date <= $2
          and account_id <> all ($3) order by due_date, number`,
      [this.#master.masterId, addDays(date, -PAYS_AFTER_DAYS), late],
    );
    if (rows.length === 0) return;
    await receivePayment(
      this.#services,
      {
        masterId: this.#master.masterId,
        accountId: this.#master.accountId,
        amountMinor: rows.reduce((total, row) => total + row.balanceMinor, 0),
        currency: "USD",
        reference: `Transfer ${date}`,
        invoiceIds: rows.map((row) => row.id),
      },
      BY,
    );
  }

  #idOf(account: DemoAccount): string {
    const id = this.#ids.get(account);
    if (id === undefined) throw new Error(`${account.name} was not made yet`);
    return id;
  }
}

function emailOf(account: DemoAccount): string {
  const name = account.name.toLowerCase().replace(/[^a-z]+/g, "-");
  return `owner@${name}.example`;
}

function contactOf(account: DemoAccount, index: number) {
  const [first, last] = account.owner;
  return {
    first_name: first,
    last_name: last,
    email: emailOf(account),
    phone_number: `+1 555 01${String(index).padStart(2, "0")}`,
    address: `${10 + index * 7} Main Street`,
    apt: "",
    city: account.city,
    state: account.state,
    zip: String(10_000 + index * 411),
    country: account.country,
  };
}
