/**
 * The service's one clock. Rate-limit windows, token lifetimes, trials, renewals and bill runs read it and
 * nothing else. It is the system's clock, or a test clock that ticks in real time from wherever it was
 * set, stands still, or jumps forward when told. The state is one row, shared by all server processes.
 */
import type { CivilDate } from "@paymaster/engine";
import type { Pool, Queryable } from "./database/pool.js";

export interface ClockState {
  readonly kind: "system" | "test";
  readonly ticking: boolean;
  /** Service time at `realAtMs`, both in milliseconds since 1970. */
  readonly serviceAtMs: number;
  readonly realAtMs: number;
}

/** A clock not seen for this long has no running server: a test clock then resumes where it stopped. */
const ABANDONED_MS = 5_000;
/** A killed server did not note its last moments. Its clock skips as much: it must not go back. */
const UNSEEN_MS = 1_500;
export const DAY_MS = 86_400_000;
/**
 * A test clock starts and moves within these dates. Beyond the last one the periods of a plan leave the
 * calendar, which ends with the year 9999; the demo world begins a year before the first.
 */
export const TEST_CLOCK_RANGE = { first: "1970-01-01", last: "9000-01-01" } as const;

/** What everybody but the operator needs of the clock. */
export interface ServiceClock {
  nowMs(): number;
  now(): Date;
  /** Civil date in UTC. */
  today(): CivilDate;
}

/** A clock that stands where it was put; the demo world is lived through with one. */
export class ManualClock implements ServiceClock {
  #ms: number;

  constructor(date: CivilDate) {
    this.#ms = Date.parse(`${date}T00:00:00Z`);
  }

  nowMs(): number {
    return this.#ms;
  }

  now(): Date {
    return new Date(this.#ms);
  }

  today(): CivilDate {
    return this.now().toISOString().slice(0, 10);
  }

  moveTo(serviceMs: number): void {
    if (serviceMs < this.#ms) throw new ClockError("A clock never goes back.");
    this.#ms = serviceMs;
  }
}

export class ClockError extends Error {}

export class Clock implements ServiceClock {
  #state: ClockState;
  /** Counts when this process begins to move the clock, and when it has. */
  #moves = 0;
  readonly #pool: Pool;

  private constructor(pool: Pool, state: ClockState) {
    this.#pool = pool;
    this.#state = state;
  }

  /**
   * Reads the stored clock, or stores a new one: a test clock stands still until the first start has made
   * its world, so that whoever uses it finds it at midnight. Returns a notice for people when `testClock` asks for
   * something else than what is stored (the stored one wins).
   */
  static async open(
    pool: Pool,
    testClock: CivilDate | null,
  ): Promise<{ clock: Clock; notice: string | null }> {
    const nowMs = Date.now();
    await pool.query(
      `insert into clock (kind, ticking, service_at, real_at, seen_at) values ($1, $2, $3, $4, $4)
       on conflict do nothing`,
      [
        testClock === null ? "system" : "test",
        testClock === null,
        testClock === null ? new Date(nowMs) : new Date(`${testClock}T00:00:00Z`),
        new Date(nowMs),
      ],
    );
    const { state, seenAtMs } = await readClock(pool);
    const clock = new Clock(pool, state);
    if (state.kind === "test" && nowMs - seenAtMs > ABANDONED_MS) {
      const resumedMs = Math.max(state.serviceAtMs, serviceTime(state, seenAtMs + UNSEEN_MS));
      await clock.#store({ ...state, serviceAtMs: resumedMs, realAtMs: nowMs });
    } else {
      await clock.heartbeat();
    }
    let notice: string | null = null;
    if (state.kind === "system" && testClock !== null) {
      notice = `--test-clock ${testClock} is ignored: this installation runs on the system clock.`;
    } else if (state.kind === "test" && testClock !== null && testClock !== clock.today()) {
      notice = `--test-clock ${testClock} is ignored: the test clock of this installation goes on from ${clock.now().toISOString()}.`;
    }
    return { clock, notice };
  }

  get state(): ClockState {
    return this.#state;
  }

  nowMs(): number {
    return serviceTime(this.#state, Date.now());
  }

  now(): Date {
    return new Date(this.nowMs());
  }

  /** Civil date in UTC. */
  today(): CivilDate {
    return new Date(this.nowMs()).toISOString().slice(0, 10);
  }

  /**
   * Tells the other side of a restart until when the clock was alive, and learns where another process
   * may have moved it.
   */
  async heartbeat(): Promise<void> {
    const moves = this.#moves;
    const { rows } = await this.#pool.query(
      "update clock set seen_at = $1 returning kind, ticking, service_at, real_at, seen_at",
      [new Date()],
    );
    const { state } = toState(rows[0]);
    // A move of this process may have overtaken the answer. (The instants do not tell which is later: the
    // system's clock may have been set back.)
    if (moves === this.#moves) this.#state = state;
  }

  /** Jumps to an instant that is not in the past. */
  async moveTo(serviceMs: number): Promise<void> {
    this.#requireTest();
    await this.heartbeat();
    if (serviceMs < this.nowMs()) {
      // Ticking may have passed a target that was "now" a moment ago: going back is never right.
      return;
    }
    await this.#store({ ...this.#state, serviceAtMs: serviceMs, realAtMs: Date.now() });
  }

  async setTicking(ticking: boolean): Promise<void> {
    this.#requireTest();
    await this.heartbeat();
    await this.#store({
      ...this.#state,
      ticking,
      serviceAtMs: this.nowMs(),
      realAtMs: Date.now(),
    });
  }

  #requireTest(): void {
    if (this.#state.kind !== "test") {
      throw new ClockError("The service runs on the system clock, which cannot be moved.");
    }
  }

  async #store(state: ClockState): Promise<void> {
    this.#moves += 1;
    await this.#pool.query(
      "update clock set ticking = $1, service_at = $2, real_at = $3, seen_at = $3",
      [state.ticking, new Date(state.serviceAtMs), new Date(state.realAtMs)],
    );
    this.#moves += 1;
    this.#state = state;
  }
}

function serviceTime(state: ClockState, realMs: number): number {
  if (state.kind === "system") return realMs;
  return state.ticking ? state.serviceAtMs + (realMs - state.realAtMs) : state.serviceAtMs;
}

async function readClock(db: Queryable): Promise<{ state: ClockState; seenAtMs: number }> {
  const { rows } = await db.query("select kind, ticking, service_at, real_at, seen_at from clock");
  return toState(rows[0]);
}

interface ClockRow {
  readonly kind: ClockState["kind"];
  readonly ticking: boolean;
  readonly service_at: Date;
  readonly real_at: Date;
  readonly seen_at: Date;
}

function toState(row: ClockRow | undefined): { state: ClockState; seenAtMs: number } {
  if (row === undefined) throw new Error("The clock's row is missing from the database.");
  return {
    state: {
      kind: row.kind,
      ticking: row.ticking,
      serviceAtMs: row.service_at.getTime(),
      realAtMs: row.real_at.getTime(),
    },
    seenAtMs: row.seen_at.getTime(),
  };
}
