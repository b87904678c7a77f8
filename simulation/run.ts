/** One seed: a world of accounts that lives through the years, every reply held against the model. */
import {
  findPrice,
  type PriceBook,
  parsePriceBook,
  storageOveragePriceOn,
  type WireProfile,
} from "@paymaster/contract";
import { createAccount, makeResellers } from "./actions/accounts.js";
import { again, alone } from "./actions/alone.js";
import { advance, moveClock } from "./actions/clock.js";
import { dueDay } from "./actions/due-day.js";
import { previewed, read } from "./actions/reads.js";
import { together } from "./actions/together.js";
import { tick } from "./actions/work.js";
import { auditBooks } from "./audit/books.js";
import { billRunDeed } from "./deeds/bill-runs.js";
import { commandDeed } from "./deeds/commands.js";
import { cancellationDeed, draftDeed, flagDeed, paymentDeed, usageDeed } from "./deeds/operator.js";
import { addMonths, dayOf, textOf } from "./model/calendar.js";
import { World } from "./model/world.js";
import { Random } from "./random.js";
import type { Databases } from "./server/databases.js";
import { seedIds } from "./server/seeded-ids.js";
import { openSite } from "./server/site.js";
import { Simulation } from "./simulation.js";
import { makePrices, makeTaxes, type TaxTable } from "./workload/books.js";
import type { Taste } from "./workload/taste.js";

export interface RunOptions {
  readonly seed: number;
  readonly years: number;
  readonly accounts: number;
  /** That an account gets in a year. */
  readonly commands: number;
  /** Told after every step: the share of the time that has passed. */
  readonly onProgress?: (share: number) => void;
}

export interface RunResult {
  readonly steps: number;
  readonly invoices: number;
  readonly faults: number;
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
const FAULT_RATE = 0.12;

export async function runSeed(databases: Databases, options: RunOptions): Promise<RunResult> {
  const random = new Random(options.seed);
  seedIds(options.seed);
  const start = random.pick(STARTS);
  const profile = random.pick(["2021", "2026"] as const);
  const prices = makePrices(random, start, options.years);
  const taxes = makeTaxes(random);
  const parsed = parsePriceBook(prices);
  if (!("book" in parsed)) throw new Error(parsed.problems.join("\n"));
  const world = makeWorld(profile, parsed.book, taxes, start);
  const site = await openSite(databases, { profile, start, priceBook: prices, taxTable: taxes });
  const end = addMonths(world.today, 12 * options.years);
  const sim = new Simulation(random, site, world, end, FAULT_RATE);
  let failure: RunResult["failure"];
  try {
    await live(sim, options);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    failure = { error, step: sim.step, trail: sim.trail, log: site.takeLog().slice(-5) };
  } finally {
    await site.stop();
  }
  const days = sim.world.today - dayOf(start);
  return {
    steps: sim.step,
    invoices: sim.masters.reduce((sum, id) => sum + sim.world.lastNumber(id), 0),
    faults: sim.faults,
    accountYears: (sim.subs.length * days) / 365.25,
    ...(failure === undefined ? {} : { failure }),
  };
}

function makeWorld(profile: WireProfile, book: PriceBook, taxes: TaxTable, start: string): World {
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
  return new World(profile, books, dayOf(start));
}

/** Days that pass with one advance, on average. */
const DAYS_AN_ADVANCE = 30;

/** How often each action is taken. */
const WEIGHTS = {
  command: 50,
  preview: 8,
  together: 9,
  read: 12,
  payment: 6,
  cancel: 2,
  billRun: 3,
  draftPosted: 0.5,
  flags: 1.5,
  tick: 1,
  usage: 5,
  again: 2,
  dueDay: 2,
  account: 0.5,
} as const;

/** As many advances among the actions that every account gets its share of commands. */
function weightsFor({ accounts, commands }: RunOptions, taste: Taste) {
  const { command, ...others } = WEIGHTS;
  const perAdvance = (accounts * commands * DAYS_AN_ADVANCE) / 365;
  return { ...taste.weights(others), command, advance: command / perAdvance };
}

async function live(sim: Simulation, options: RunOptions): Promise<void> {
  const { accounts, onProgress } = options;
  const [first] = sim.site.servers;
  await sim.admin(first, "PUT", "/clock", { ticking: false });
  // It has gone on for some milliseconds; from now on it stands at midnight.
  await moveClock(sim, sim.world.today);
  const { account_id: id, api_key: token } = first.credentials;
  await sim.adoptTenant("master", { id, token }, { type: "monthly", hosts: 2 }, "Master account");
  await sim.addTenant("master", null);
  await sim.addTenant("regular", { type: "yearly", hosts: 3 });
  for (let count = 0; count < accounts; count += 1) {
    await createAccount(sim);
    if (count === Math.floor(accounts / 3)) await makeResellers(sim);
  }
  const weights = weightsFor(options, sim.taste);
  const begin = sim.world.today;
  while (sim.world.today < sim.end) {
    sim.step += 1;
    await act(sim, weights);
    if (sim.step % AUDIT_EVERY === 0) await audit(sim);
    onProgress?.((sim.world.today - begin) / (sim.end - begin));
  }
  await audit(sim);
}

/** The books must be in order once somebody has seen to the day. */
async function audit(sim: Simulation): Promise<void> {
  const isSeenTo = sim.site.servers.some((server) => server.checkedOn === sim.world.today);
  if (!isSeenTo) await tick(sim);
  await auditBooks(sim);
}

async function act(sim: Simulation, weights: ReturnType<typeof weightsFor>): Promise<void> {
  const kind = sim.random.weighted(weights);
  switch (kind) {
    case "preview":
      return previewed(sim);
    case "together":
      return together(sim);
    case "read":
      return read(sim);
    case "advance":
      return advance(sim);
    case "again":
      return again(sim);
    case "dueDay":
      return dueDay(sim);
    case "tick":
      return tick(sim);
    case "account":
      return createAccount(sim);
  }
  const deed = DEEDS[kind](sim);
  if (deed !== null) await alone(sim, deed);
}

const DEEDS = {
  command: (sim: Simulation) => commandDeed(sim),
  payment: (sim: Simulation) => paymentDeed(sim),
  cancel: (sim: Simulation) => cancellationDeed(sim),
  billRun: billRunDeed,
  draftPosted: draftDeed,
  flags: (sim: Simulation) => flagDeed(sim),
  usage: (sim: Simulation) => usageDeed(sim),
} as const;
