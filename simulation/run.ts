/** One seed: a world of accounts that lives through the years, every reply held against the model. */
import { findPrice, operations, parsePriceBook, storageOveragePriceOn } from "@paymaster/contract";
import { auditBooks } from "./audit/books.js";
import { matchInvoices, orderOfDay, readNewInvoices } from "./audit/invoices.js";
import { differences, show, Violation } from "./audit/violation.js";
import { addMonths, dayOf, textOf } from "./model/calendar.js";
import { passTo } from "./model/passing.js";
import type { Account } from "./model/state.js";
import { answer, type WireCall } from "./model/wire.js";
import { World } from "./model/world.js";
import { Random } from "./random.js";
import { type Instance, startInstance } from "./server/instance.js";
import { makeCommand } from "./workload/commands.js";

export interface RunOptions {
  readonly seed: number;
  readonly years: number;
  readonly accounts: number;
}

const START = "2019-12-31";

export class Run {
  readonly #random: Random;
  readonly #options: RunOptions;
  #token = "";
  #step = 0;
  #trail: string[] = [];

  constructor(options: RunOptions) {
    this.#options = options;
    this.#random = new Random(options.seed);
  }

  async start(): Promise<void> {
    const prices = { currency: "USD", extends: "shipped", prices: [] };
    const taxes = { rates: [] };
    const parsed = parsePriceBook(prices);
    if (!("book" in parsed)) throw new Error(parsed.problems.join("\n"));
    const { book } = parsed;
    const world = new World(
      "2021",
      {
        currency: "USD",
        price: (type, day) => {
          const found = findPrice(book, type, textOf(day));
          if (found === undefined) throw new Error(`no price of ${type}`);
          return BigInt(found.unitPriceMinor);
        },
        storagePrice: (day) => BigInt(storageOveragePriceOn(book, textOf(day)).unitPriceMinor),
        taxPpm: () => 0,
      },
      dayOf(START),
    );
    const instance = await startInstance({
      profile: "2021",
      start: START,
      priceBook: prices,
      taxTable: taxes,
    });
    try {
      await this.#live(world, instance);
    } catch (error) {
      console.error(this.#trail.slice(-12).join("\n"));
      if (error instanceof Violation)
        console.error(error.message, JSON.stringify(error.details, null, 1));
      console.error("log", instance.takeLog().slice(-5).join("\n"));
      if (!(error instanceof Violation)) throw error;
      process.exitCode = 1;
    } finally {
      await instance.stop();
    }
  }

  async #live(world: World, instance: Instance): Promise<void> {
    const { credentials, http } = instance;
    const admin = (method: string, path: string, body?: unknown) =>
      http.send(method, `/admin/v1${path}`, credentials.admin_key, body);
    await admin("PUT", "/clock", { ticking: false });
    const wish = { kind: "master", account_name: "Harbor", plan_base: null };
    const created = await admin("POST", "/accounts", wish);
    const { id: master, api_key: token } = created.body as { id: string; api_key: string };
    this.#token = token;
    world.put(newAccount(master, master, "master"));
    const ids: string[] = [];
    for (let index = 0; index < this.#options.accounts; index += 1) {
      const made = await http.send("POST", "/v2/accounts", token, {
        first_name: "Sub",
        last_name: `Number ${index}`,
        email: `owner${index}@harbor.example`,
        password: "Long-enough-9",
      });
      const { id } = made.body as { id: string };
      world.put(newAccount(id, master, "sub"));
      ids.push(id);
    }
    const end = addMonths(world.today, 12 * this.#options.years);
    while (world.today < end) {
      this.#step += 1;
      if (this.#random.chance(0.2)) {
        const days = this.#random.weighted({ "1": 5, "10": 3, "31": 2, "100": 1 });
        const to = Math.min(end, world.today + this.#random.int(1, Number(days)));
        this.#trail.push(`${this.#step}: advance to ${textOf(to)}`);
        const before = world.lastNumber(master);
        const moved = await admin("POST", "/clock/advance", { to: textOf(to) });
        if (moved.status !== 200)
          throw new Violation("the clock did not move", { moved: show(moved.body) });
        const found = await readNewInvoices(instance.database, master, before);
        passTo(world, to, orderOfDay(found));
        matchInvoices(world, world.takeMade(), found);
        continue;
      }
      const account = world.get(this.#random.pick(ids));
      const call = makeCommand(this.#random, world, account);
      this.#trail.push(
        `${this.#step} ${textOf(world.today)}: ${call.tool} ${call.account} ${show(call.body)}`,
      );
      await this.#command(world, instance, call);
      if (this.#step % 200 === 0) await auditBooks(world, instance, [master]);
    }
    await auditBooks(world, instance, [master]);
    console.log(
      `seed ${this.#options.seed}: ${this.#step} steps, ${world.lastNumber(master)} invoices`,
    );
  }

  async #command(world: World, instance: Instance, call: WireCall): Promise<void> {
    const { http } = instance;
    const operation = operations[call.tool];
    const path = `/v2${operation.path.replace("{accountId}", call.account)}`;
    const before = world.lastNumber(call.caller);
    const made = await http.send(operation.method, path, this.#token, call.body);
    const expected = answer(world, call);
    const wrong = differences(
      { status: expected.status, body: expected.body },
      { status: made.status, body: made.body },
    );
    if (wrong.length > 0) {
      throw new Violation("A reply is not what the model expects.", {
        call: show(call),
        wrong,
        items: show(world.find(call.account)?.items),
      });
    }
    const found = await readNewInvoices(instance.database, call.caller, before);
    matchInvoices(world, world.takeMade(), found);
  }
}

function newAccount(id: string, master: string, kind: "master" | "sub"): Account {
  return {
    id,
    kind,
    master,
    payMode: "master",
    autoRenew: true,
    vip: false,
    bulk: false,
    mayAddSubAccounts: true,
    termDays: 30,
    taxExempt: false,
    everPaid: false,
    trialUsed: false,
    nextItem: 1,
    items: [],
    usage: { hosts: {}, storageGb: 0, peakGb: 0, charges: {} },
    contact: {},
    credit: 0n,
    disassociated: false,
    invoices: [],
    unbilled: [],
    payments: new Map(),
  };
}
