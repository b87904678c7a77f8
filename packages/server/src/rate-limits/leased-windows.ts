/**
 * Counts calls in windows of which this process holds a share. The database has the truth: it gives each
 * window's calls away at most once, to whichever process asks, and a process admits only what it was
 * given. So nothing here can admit too much: not a crash, not an eviction, not a second process.
 *
 * How much to ask for is a guess that costs only round trips. At the start of a second: what this process
 * used in the last one; then as much again as it has used so far. An account that goes on calling is also
 * given a standing share, up to a quarter of the limit, of every second until the epoch ends, so that a
 * few calls a second are admitted without asking at all.
 */
import { strict as assert } from "node:assert";
import { OverloadedError, type Queryable } from "../database/pool.js";
import { epochOf, type GiveBack, type Lease, LeaseDesk, type WindowTable } from "./lease-desk.js";
import { SECOND_MS, windowStart } from "./windows.js";

/** So many calls in each window of the service's clock. */
export interface WindowRule {
  /** Names the rule among those of one account, e.g. `pace:Heavy`. */
  readonly name: string;
  readonly limit: number;
  readonly lengthMs: number;
}

/** One rule of one account, as this process knows it. */
export interface Entry {
  readonly key: string;
  readonly masterId: string;
  readonly rule: string;
  readonly lengthMs: number;
  limit: number;
  startMs: number;
  /** Calls of the window that this process may still admit. */
  tokens: number;
  /** What the database had left when last asked; null: not asked in this window. */
  left: number | null;
  used: number;
  /** In the last window with calls, if that is not long ago. */
  usedBefore: number;
  /** Calls of each window that need not be asked for, while the epoch lasts. */
  standing: number;
  standingEpoch: number;
  /** Taken by calls that another rule may still refuse. */
  held: number;
  /** Settles when a held call is decided. */
  decided: { readonly promise: Promise<void>; readonly resolve: () => void } | null;
  lease: Promise<void> | null;
  leasedAtRealMs: number;
  waiting: number;
  usedAtLastSweep: number;
}

/**
 * ready: a call may be taken. refused: the window is used up. ask: the database must say. held: used up
 * unless a call that is being decided gives its token back.
 */
export type State = "ready" | "refused" | "ask" | "held";

/** A token taken for a call; `startMs` tells whether its window still is the present one. */
export interface Hold {
  readonly entry: Entry;
  readonly startMs: number;
}

export interface LeasedWindowsOptions {
  readonly db: Queryable;
  readonly table: WindowTable;
  /** Entries kept in memory; the oldest are forgotten, and the database is asked again. */
  readonly maxEntries: number;
  /** A share is at most one part in so many of what is left, so that other processes find something. */
  readonly divisor: number;
}

/** A day's calls are asked for in parts of at least this fraction, so a crash loses at most one in 500. */
const LEASES_PER_DAY = 500;

/** Calls waiting for leases in one process; beyond them the service is overloaded (503). */
const MAX_WAITING = 10_000;
/** A window in the future (a clock was set back) is asked about again at most this often. */
const DOUBT_MS = 1_000;
/** For so many windows what an account used is a guide to what it will use. */
const RECENT_WINDOWS = 4;
/** At most this part of a second's calls stands for one process. */
const STANDING_DIVISOR = 4;
/** No server is so far ahead of another: a window that lies further in the future is a wrong clock's. */
const WRONG_MS = 10_000;
/** How many old entries to pass over in search of one whose window is over, or nobody waits for. */
const MAX_SECOND_CHANCES = 32;
const MAX_BUSY = 1_000;

export class LeasedWindows {
  readonly #desk: LeaseDesk;
  readonly #maxEntries: number;
  readonly #entries = new Map<string, Entry>();
  readonly #unused: GiveBack[] = [];
  #waiting = 0;

  constructor(options: LeasedWindowsOptions) {
    assert(options.maxEntries >= 1, "at least one entry is kept");
    this.#desk = new LeaseDesk(options.db, options.table, options.divisor);
    this.#maxEntries = options.maxEntries;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The entry of `rule` for one account; made, and an old one forgotten, if there is none. */
  entry(masterId: string, accountId: string, rule: WindowRule, nowMs: number): Entry {
    const key = `${masterId} ${accountId} ${rule.name}`;
    const known = this.#entries.get(key);
    if (known !== undefined) return known;
    if (this.#entries.size >= this.#maxEntries) this.#forgetOne(nowMs);
    const entry: Entry = {
      key,
      masterId,
      rule: `${accountId} ${rule.name}`,
      lengthMs: rule.lengthMs,
      limit: rule.limit,
      startMs: windowStart(nowMs, rule.lengthMs),
      tokens: 0,
      left: null,
      used: 0,
      usedBefore: 0,
      standing: 0,
      standingEpoch: Number.NEGATIVE_INFINITY,
      held: 0,
      decided: null,
      lease: null,
      leasedAtRealMs: 0,
      waiting: 0,
      usedAtLastSweep: 0,
    };
    this.#entries.set(key, entry);
    return entry;
  }

  /** What would happen to a call at `nowMs`; moves the entry on to the window of `nowMs`. */
  poll(entry: Entry, limit: number, nowMs: number): State {
    const startMs = windowStart(nowMs, entry.lengthMs);
    if (startMs > entry.startMs) moveTo(entry, startMs);
    if (limit !== entry.limit) changeLimit(entry, limit);
    if (entry.tokens > 0) return "ready";
    if (entry.left !== 0) return "ask";
    const doubtful = entry.startMs > startMs;
    if (doubtful && performance.now() - entry.leasedAtRealMs > DOUBT_MS) return "ask";
    return entry.held > 0 ? "held" : "refused";
  }

  /** Takes a token of an entry that is `ready`. */
  take(entry: Entry): void {
    assert(entry.tokens > 0, "a token is there to be taken");
    entry.tokens -= 1;
    entry.used += 1;
  }

  /** Takes a token for a call that another rule may still refuse: `settle` must follow. */
  hold(entry: Entry): Hold {
    this.take(entry);
    entry.held += 1;
    return { entry, startMs: entry.startMs };
  }

  settle({ entry, startMs }: Hold, admitted: boolean): void {
    assert(entry.held > 0, "what is settled was held");
    entry.held -= 1;
    if (!admitted && entry.startMs === startMs) {
      entry.tokens += 1;
      entry.used -= 1;
    }
    entry.decided?.resolve();
    entry.decided = null;
  }

  /** Calls left in the window, as far as this process knows: exact if it is the only one. */
  remaining(entry: Entry): number {
    return entry.left === null ? entry.limit - entry.used : entry.tokens + entry.left;
  }

  /** Calls that this process was given under a rule, by its name, and has not admitted. */
  unspent(masterId: string, accountId: string, ruleName: string): number {
    return this.#entries.get(`${masterId} ${accountId} ${ruleName}`)?.tokens ?? 0;
  }

  endMs(entry: Entry): number {
    return entry.startMs + entry.lengthMs;
  }

  /**
   * Resolves when it is worth getting the entry and polling it again. Rejects with the database's error,
   * or when too many calls wait.
   */
  async wait(entry: Entry, state: "ask" | "held", clockMs: () => number): Promise<void> {
    // Forgotten since the caller got it: there may be another one for the same row.
    if (this.#entries.get(entry.key) !== entry) return;
    if (this.#waiting >= MAX_WAITING) throw new OverloadedError();
    this.#waiting += 1;
    entry.waiting += 1;
    try {
      await (state === "held" ? decision(entry) : this.#lease(entry, clockMs));
    } finally {
      this.#waiting -= 1;
      entry.waiting -= 1;
    }
  }

  /**
   * Gives back what idle entries hold, and forgets entries of windows that are over. To be called now and
   * then; with `all`, at the end of the process.
   */
  async sweep(nowMs: number, all: boolean): Promise<void> {
    if (all) await this.#desk.idle();
    for (const entry of this.#entries.values()) {
      const over = windowStart(nowMs, entry.lengthMs) > entry.startMs;
      const idle = entry.used === entry.usedAtLastSweep;
      // At the end also of windows that are over: their standing share may still be in force.
      if (all || (idle && !over)) this.#returnTokens(entry);
      const wrong = entry.startMs > nowMs + WRONG_MS;
      const stands = standingAt(entry, windowStart(nowMs, entry.lengthMs)) > 0;
      if ((wrong || (over && !stands)) && !isBusy(entry)) this.#entries.delete(entry.key);
      entry.usedAtLastSweep = entry.used;
    }
    await this.#desk.giveBack(this.#unused.splice(0));
  }

  #lease(entry: Entry, clockMs: () => number): Promise<void> {
    entry.lease ??= this.#desk
      .ask(entry.key, () => {
        const startMs = windowStart(clockMs(), entry.lengthMs);
        return {
          masterId: entry.masterId,
          rule: entry.rule,
          startMs,
          endMs: startMs + entry.lengthMs,
          ceiling: entry.limit,
          needed: entry.waiting,
          wish: wish(entry, startMs),
          stand: stand(entry, startMs),
        };
      })
      .then((lease) => receive(entry, lease, clockMs()))
      .finally(() => {
        entry.lease = null;
      });
    return entry.lease;
  }

  #returnTokens(entry: Entry): void {
    const { masterId, rule, startMs, tokens } = entry;
    const standing = standingAt(entry, startMs);
    if (tokens + standing === 0 || this.#unused.length >= this.#maxEntries) return;
    this.#unused.push({ masterId, rule, startMs, tokens, standing });
    entry.tokens = 0;
    entry.standing = 0;
    // Another process may be given them: what is left is no longer known.
    entry.left = null;
  }

  /** Forgets an old entry, of a past window if one is near; its tokens are given back at the next sweep. */
  #forgetOne(nowMs: number): void {
    for (let passed = 0; passed < MAX_BUSY; passed += 1) {
      const oldest = this.#entries.values().next();
      if (oldest.done === true) return;
      const entry = oldest.value;
      this.#entries.delete(entry.key);
      const over = windowStart(nowMs, entry.lengthMs) > entry.startMs;
      if (isBusy(entry) || (!over && passed < MAX_SECOND_CHANCES)) {
        this.#entries.set(entry.key, entry);
        continue;
      }
      if (!over) this.#returnTokens(entry);
      return;
    }
    throw new OverloadedError();
  }
}

/** What to ask for beyond what waits: see the head of this file; for a day, a fixed part. */
function wish(entry: Entry, askedStartMs: number): number {
  if (entry.lengthMs > SECOND_MS) return Math.ceil(entry.limit / LEASES_PER_DAY);
  // Between the call and its question a new second may have begun: then the last one is the guide.
  if (askedStartMs > entry.startMs) return entry.used;
  return Math.max(entry.used, entry.usedBefore - entry.used);
}

/**
 * How much larger the standing share should be. An account that called in the last seconds gets one, and
 * a call more than it used then, since an account's calls do not come evenly.
 */
function stand(entry: Entry, askedStartMs: number): number {
  if (entry.lengthMs > SECOND_MS) return 0;
  const steady = askedStartMs > entry.startMs ? entry.used : entry.usedBefore;
  const most = Math.floor(entry.limit / STANDING_DIVISOR);
  const wanted = steady === 0 ? 0 : Math.min(steady + 1, most);
  return Math.max(0, wanted - standingAt(entry, askedStartMs));
}

function standingAt(entry: Entry, startMs: number): number {
  return epochOf(startMs) === entry.standingEpoch ? entry.standing : 0;
}

/** Whether calls refer to the entry: a second one for the same row must not be made beside it. */
function isBusy(entry: Entry): boolean {
  return entry.waiting > 0 || entry.held > 0 || entry.lease !== null;
}

/** The tier has changed: a higher one has more to ask for, a lower one keeps no more than it allows. */
function changeLimit(entry: Entry, limit: number): void {
  if (limit > entry.limit) {
    entry.left = null;
  } else {
    entry.tokens = Math.min(entry.tokens, Math.max(0, limit - entry.used));
    entry.standing = 0;
  }
  entry.limit = limit;
}

/** Begins a later window, with the standing share in hand. */
function moveTo(entry: Entry, startMs: number): void {
  assert(startMs > entry.startMs, "windows follow each other");
  const recent = startMs - entry.startMs <= RECENT_WINDOWS * entry.lengthMs;
  begin(entry, startMs, standingAt(entry, startMs), recent ? entry.used : 0);
}

function begin(entry: Entry, startMs: number, tokens: number, usedBefore: number): void {
  entry.usedBefore = usedBefore;
  entry.startMs = startMs;
  entry.used = 0;
  entry.usedAtLastSweep = 0;
  entry.tokens = tokens;
  entry.left = null;
}

function receive(entry: Entry, lease: Lease, nowMs: number): void {
  entry.leasedAtRealMs = performance.now();
  if (lease.startMs > entry.startMs) moveTo(entry, lease.startMs);
  const present = windowStart(nowMs, entry.lengthMs);
  if (lease.startMs < entry.startMs && entry.startMs > present) {
    // The database has let go of a window that a wrong clock had put into the future.
    entry.standing = 0;
    begin(entry, lease.startMs, 0, 0);
  }
  if (lease.startMs === entry.startMs) {
    entry.tokens += lease.granted;
    entry.left = lease.left;
  }
  // Else the window has passed while the answer was under way, and its share is worthless.
  if (lease.stood > 0) addStanding(entry, lease);
}

/** A standing share is good for the windows after the one that it was given in. */
function addStanding(entry: Entry, { startMs, stood }: Lease): void {
  const before = standingAt(entry, startMs);
  entry.standing = before + stood;
  entry.standingEpoch = epochOf(startMs);
  // The answer was under way for so long that the next window has begun without it.
  if (entry.startMs > startMs && epochOf(entry.startMs) === entry.standingEpoch) {
    entry.tokens += stood;
  }
}

function decision(entry: Entry): Promise<void> {
  if (entry.decided === null) {
    let resolve = () => {};
    const promise = new Promise<void>((settle) => {
      resolve = settle;
    });
    entry.decided = { promise, resolve };
  }
  return entry.decided.promise;
}
