/**
 * Asks the database for shares of windows, for all waiting calls in one statement: while one statement
 * is under way the next batch gathers, so the database sees few statements however many accounts call.
 */
import { strict as assert } from "node:assert";
import type { Queryable } from "../database/pool.js";

/** Which table holds the windows: see the migration for what each survives. */
export type WindowTable = "quota_seconds" | "quota_windows";

export interface LeaseRequest {
  readonly masterId: string;
  readonly rule: string;
  readonly startMs: number;
  readonly endMs: number;
  /** The rule's limit. */
  readonly ceiling: number;
  /** Calls that wait for the answer. */
  readonly needed: number;
  /** What this process would like to have in hand. */
  readonly wish: number;
  /** How many calls of each later window of the epoch it would like to be given unasked. */
  readonly stand: number;
}

export interface Lease {
  /** Later than asked for when another server's clock is ahead. */
  readonly startMs: number;
  readonly granted: number;
  /** What nobody has been given yet. */
  readonly left: number;
  readonly stood: number;
}

export interface GiveBack {
  readonly masterId: string;
  readonly rule: string;
  readonly startMs: number;
  readonly tokens: number;
  /** Of the standing share, for the rest of the epoch. */
  readonly standing: number;
}

/**
 * Standing shares end together, at the end of each epoch of so many milliseconds: so a share that a
 * process no longer uses, or took with it when it died, keeps nobody waiting for longer.
 */
const EPOCH_MS = 8_000;

/** The epoch that a window belongs to. */
export function epochOf(startMs: number): number {
  return Math.floor(startMs / EPOCH_MS);
}

interface Waiting {
  readonly request: () => LeaseRequest;
  readonly resolve: (lease: Lease) => void;
  readonly reject: (error: unknown) => void;
}

/** Rows of one statement; what is beyond waits for the next one. */
const MAX_BATCH = 1_000;
/**
 * When the last batch had company, the next one gathers for so long: a statement costs as much as ten
 * rows. A caller alone never waits for it.
 */
const GATHER_MS = 2;

export class LeaseDesk {
  readonly #db: Queryable;
  readonly #table: WindowTable;
  /** A share is at most one part in this many of what is left. */
  readonly #divisor: number;
  readonly #waiting = new Map<string, Waiting>();
  #scheduled = false;
  #statement: Promise<void> | null = null;
  #sentAtRealMs = Number.NEGATIVE_INFINITY;
  #lastSize = 0;

  constructor(db: Queryable, table: WindowTable, divisor: number) {
    assert(Number.isInteger(divisor) && divisor >= 1, "a share is a part of what is left");
    this.#db = db;
    this.#table = table;
    this.#divisor = divisor;
  }

  /**
   * @param key unique to (master, rule): one statement cannot ask twice for one row
   * @param request what to ask for, called when the statement is sent, so that it knows who waits by then
   */
  ask(key: string, request: () => LeaseRequest): Promise<Lease> {
    assert(!this.#waiting.has(key), "one request at a time for one window");
    return new Promise((resolve, reject) => {
      this.#waiting.set(key, { request, resolve, reject });
      this.#schedule();
    });
  }

  /** Returns unused shares; what the database does not hear of stays taken. */
  async giveBack(returns: readonly GiveBack[]): Promise<void> {
    for (let from = 0; from < returns.length; from += MAX_BATCH) {
      const part = returns.slice(from, from + MAX_BATCH);
      await this.#db.query({
        name: `give-back:${this.#table}`,
        text: giveBackStatement(this.#table),
        values: [
          part.map((entry) => entry.masterId),
          part.map((entry) => entry.rule),
          part.map((entry) => entry.startMs),
          part.map((entry) => entry.tokens),
          part.map((entry) => entry.standing),
          EPOCH_MS,
        ],
      });
    }
  }

  /** Resolves when no statement is under way. */
  async idle(): Promise<void> {
    while (this.#statement !== null) await this.#statement;
  }

  #schedule(): void {
    if (this.#scheduled || this.#statement !== null) return;
    this.#scheduled = true;
    const send = () => {
      this.#scheduled = false;
      this.#sentAtRealMs = performance.now();
      this.#statement = this.#send().finally(() => {
        this.#statement = null;
        if (this.#waiting.size > 0) this.#schedule();
      });
    };
    // At once means after the sockets that have something to read: their calls join this batch.
    const busy = this.#lastSize > 1 && performance.now() - this.#sentAtRealMs < GATHER_MS;
    if (busy) setTimeout(send, GATHER_MS);
    else setImmediate(send);
  }

  async #send(): Promise<void> {
    const batch: { readonly waiting: Waiting; readonly request: LeaseRequest }[] = [];
    for (const [key, waiting] of this.#waiting) {
      if (batch.length === MAX_BATCH) break;
      this.#waiting.delete(key);
      batch.push({ waiting, request: waiting.request() });
    }
    this.#lastSize = batch.length;
    try {
      const leases = await this.#query(batch.map((entry) => entry.request));
      for (const { waiting, request } of batch) {
        const lease = leases.get(rowKey(request.masterId, request.rule));
        if (lease === undefined) throw new Error("A lease's row is missing from the answer.");
        waiting.resolve(lease);
      }
    } catch (error) {
      for (const { waiting } of batch) waiting.reject(error);
    }
  }

  async #query(requests: readonly LeaseRequest[]): Promise<Map<string, Lease>> {
    const { rows } = await this.#db.query<[string, string, number, number, number, number]>({
      name: `lease:${this.#table}`,
      text: leaseStatement(this.#table),
      values: [
        requests.map((request) => request.masterId),
        requests.map((request) => request.rule),
        numbers(requests.map((request) => request.startMs)),
        numbers(requests.map((request) => request.endMs)),
        numbers(requests.map((request) => request.ceiling)),
        numbers(requests.map((request) => request.needed)),
        numbers(requests.map((request) => request.wish)),
        numbers(requests.map((request) => request.stand)),
        this.#divisor,
        EPOCH_MS,
      ],
      rowMode: "array",
    });
    const leases = new Map<string, Lease>();
    for (const [masterId, rule, startMs, granted, left, stood] of rows) {
      assert(granted >= 0 && stood >= 0, "a share is not negative");
      leases.set(rowKey(masterId, rule), { startMs, granted, left: Math.max(0, left), stood });
    }
    return leases;
  }
}

function rowKey(masterId: string, rule: string): string {
  return `${masterId} ${rule}`;
}

/** An array of numbers in PostgreSQL's notation: the driver's own takes ten times as long. */
function numbers(values: readonly number[]): string {
  return `{${values.join(",")}}`;
}

/**
 * Rows are taken in the key's order, so that two servers never wait for each other. A window that begins
 * anew begins with the standing shares taken.
 */
function leaseStatement(table: WindowTable): string {
  return `insert into ${table} as q (master_id, rule, window_start_ms, window_end_ms,
      ceiling, needed, wish, stand, granted, stood, taken, standing, touched_at)
    select master_id, rule, start_ms, end_ms,
      ceiling, needed, wish, stand, granted, 0, granted, 0, clock_timestamp()
    from unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[],
        $5::integer[], $6::integer[], $7::integer[], $8::integer[])
      as asked (master_id, rule, start_ms, end_ms, ceiling, needed, wish, stand),
      lateral (select quota_share(ceiling, needed, wish, $9::integer) as granted) as shares
    order by master_id, rule
    on conflict (master_id, rule) do update set
      (ceiling, needed, wish, stand, window_start_ms, window_end_ms,
        granted, stood, taken, standing, touched_at) = (
        select excluded.ceiling, excluded.needed, excluded.wish, excluded.stand,
          case when anew then excluded.window_start_ms else q.window_start_ms end,
          case when anew then excluded.window_end_ms else q.window_end_ms end,
          granted, stood, before.taken + granted, before.standing + stood,
          case when anew or excluded.window_start_ms = q.window_start_ms
            then clock_timestamp() else q.touched_at end
        from (
          select quota_gives_way(q.window_start_ms, excluded.window_start_ms, q.touched_at) as anew,
            excluded.window_start_ms / $10::bigint = q.window_start_ms / $10::bigint as same_epoch
        ) as windows,
        lateral (
          select case when not anew or same_epoch then q.standing else 0 end as standing,
            case when not anew then q.taken when same_epoch then q.standing else 0 end as taken
        ) as before,
        lateral (
          select quota_share(excluded.ceiling - before.taken, excluded.needed, excluded.wish, $9::integer)
              as granted,
            greatest(0, least(excluded.stand, excluded.ceiling / 2 - before.standing)) as stood
        ) as given
      )
    returning q.master_id, q.rule, q.window_start_ms, q.granted, q.ceiling - q.taken, q.stood`;
}

function giveBackStatement(table: WindowTable): string {
  return `with returned as (
      select q.master_id, q.rule,
        case when given.start_ms = q.window_start_ms then given.tokens else 0 end as tokens,
        given.standing
      from ${table} q
      join unnest($1::text[], $2::text[], $3::bigint[], $4::integer[], $5::integer[])
        as given (master_id, rule, start_ms, tokens, standing)
        on given.master_id = q.master_id and given.rule = q.rule
          and given.start_ms / $6::bigint = q.window_start_ms / $6::bigint
      order by q.master_id, q.rule
      for update of q
    )
    update ${table} q set
      taken = greatest(0, q.taken - returned.tokens),
      standing = greatest(0, q.standing - returned.standing)
    from returned where q.master_id = returned.master_id and q.rule = returned.rule`;
}
