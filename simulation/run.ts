/** One seed: a world of accounts that lives through the years, every reply held against the model. */
import {
  findPrice,
  type PriceBook,
  parsePriceBook,
  storageOveragePriceOn,
} from "@paymaster/contract";
import { createAccount } from "./actions/accounts.js";
import { command, read } from "./actions/command.js";
import { billRun, cancel, draftPosted, flags, payment, tick, usage } from "./actions/operator.js";
import { advance } from "./actions/passing.js";
import { auditBooks } from "./audit/books.js";
import { addMonths, dayOf, textOf } from "./model/calendar.js";
import { World } from "./model/world.js";
import { Random } from "./random.js";
import { startInstance } from "./server/instance.js";
import { Simulation } from "./simulation.js";
import { makePrices, makeTaxes, type TaxTable } from "./workload/books.js";

export interface RunOptions {
  readonly seed: number;
  readonly years: number;
  readonly accounts: number;
  /** Told after every step: the share of the time that has passed. */
  readonly onProgress?: (share: number) => void;
}

export interface RunResult {
  readonly steps: number;
  readonly invoices: number;
  readonly accountYears: number;
  /** Absent: no violation. */
  readonly failure?: {
    readonly error: Error;
    readonly step: number;
    readonly trail: readonly string[];
    readonly log: readonly string[];
  };
}

const STARTS = ["2019-12-31", "2020-01-31", "2023-02-28", "2024-02-29", "2025-08-30", "2026-01-15"];
const AUDIT_EVERY = 250;

export async function runSeed(options: RunOptions): Promise<RunResult> {
  const random = new Random(options.seed);
  const start = random.pick(STARTS);
  const prices = makePrices(random, start, options.years);
  const taxes = makeTaxes(random);
  const parsed = parsePriceBook(prices);
  if (!("book" in parsed)) throw new Error(parsed.problems.join("\n"));
  const world = makeWorld(parsed.book, taxes, start);
  const instance = await startInstance({
    profile: "2021",
    start,
    priceBook: prices,
    taxTable: taxes,
  });
  const sim = new Simulation(random, instance, world);
  let failure: RunResult["failure"];
  try {
    await live(sim, options);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    failure = { error, step: sim.step, trail: sim.trail, log: instance.takeLog().slice(-5) };
  } finally {
    await instance.stop();
  }
  const days = world.today - dayOf(start);
  return {
    steps: sim.step,
    invoices: sim.masters.reduce((sum, id) => sum + world.lastNumber(id), 0),
    accountYears: (sim.subs.length * days) / 365.25,
    ...(failure === undefined ? {} : { failure }),
  };
}

function makeWorld(book: PriceBook, taxes: TaxTable, start: string): World {
  const books = {
    currency: book.currency,
    price: (type: string, day: number) => {
      const found = findPrice(book, type, textOf(day));
      if (found === undefined) throw new Error(`${type} has no price on ${textOf(day)}`);
      return BigInt(found.unitPriceMinor);
    },
    storagePrice: (day: number) => BigInt(storageOveragePriceOn(book, textOf(day)).unitPriceMinor),
    taxPpm: ({ country = "", state = "" }: Readonly<Record<string, string>>) => {
      const inState = taxes.rates.find((rate) => rate.country === country && rate.state === state);
      const rate = inState ?? taxes.rates.find((one) => one.country === country && !one.state);
      return Math.round((rate?.rate_percent ?? 0) * 10_000);
    },
  };
  return new World("2021", books, dayOf(start));
}

/** Days that pass with one advance, on average. */
const DAYS_AN_ADVANCE = 8;
/** Commands that an account gets in a year. */
const COMMANDS_A_YEAR = 12;

/** How often each action is taken. */
const WEIGHTS = {
  command: 50,
  read: 12,
  payment: 6,
  cancel: 2,
  billRun: 3,
  draftPosted: 0,
  flags: 1.5,
  tick: 1,
  usage: 5,
  account: 0.5,
} as const;

/** As many advances among the actions that every account gets its share of commands. */
function weightsFor(accounts: number) {
  const commands = (accounts * COMMANDS_A_YEAR * DAYS_AN_ADVANCE) / 365;
  return { ...WEIGHTS, advance: WEIGHTS.command / commands };
}

async function live(sim: Simulation, { years, accounts, onProgress }: RunOptions): Promise<void> {
  await sim.admin("PUT", "/clock", { ticking: false });
  const { account_id: id, api_key: token } = sim.instance.credentials;
  await sim.adoptTenant("master", { id, token }, { type: "monthly", hosts: 2 });
  await sim.addTenant("master", null);
  await sim.addTenant("regular", { type: "yearly", hosts: 3 });
  for (let count = 0; count < accounts; count += 1) {
    await createAccount(sim);
  }
  const weights = weightsFor(accounts);
  const begin = sim.world.today;
  const end = addMonths(begin, 12 * years);
  while (sim.world.today < end) {
    sim.step += 1;
    await act(sim, weights, end);
    if (sim.step % AUDIT_EVERY === 0) await auditBooks(sim.world, sim.instance, sim.masters);
    onProgress?.((sim.world.today - begin) / (end - begin));
  }
  await auditBooks(sim.world, sim.instance, sim.masters);
}

function act(sim: Simulation, weights: ReturnType<typeof weightsFor>, end: number): Promise<void> {
  switch (sim.random.weighted(weights)) {
    case "command":
      return command(sim);
    case "read":
      return read(sim);
    case "advance":
      return advance(sim, end);
    case "payment":
      return payment(sim);
    case "cancel":
      return cancel(sim);
    case "billRun":
      return billRun(sim);
    case "draftPosted":
      return draftPosted(sim);
    case "flags":
      return flags(sim);
    case "usage":
      return usage(sim);
    case "tick":
      return tick(sim);
    case "account":
      return createAccount(sim);
  }
}
