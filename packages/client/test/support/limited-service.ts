/**
 * A service that counts calls, written for these tests alone: it shares nothing with the planner, not even
 * the table of limits. It stands behind `fetch`, on virtual time, with a clock of its own and a network
 * that delays each way by chance.
 */
import type { VirtualTime } from "./virtual-time.js";

/** The published table for Business and above. */
const PER_SECOND = { Light: 80, Medium: 60, Heavy: 40 } as const;
const HEAVY_A_DAY = 60_000;
const INVOICE_LIST_SPAN_MS = 300_000;
const INVOICE_LISTS_A_DAY = 6;

type Label = keyof typeof PER_SECOND;

export interface LimitedServiceOptions {
  readonly time: VirtualTime;
  /** How far the service's clock is ahead. */
  readonly aheadMs: number;
  /** Each way, at least and at most. */
  readonly latencyMs: readonly [number, number];
  readonly seed: number;
  /** fixed: by whole seconds of the service's clock. sliding: in any second. */
  readonly windows?: "fixed" | "sliding";
  /** Calls of the account's other programs that are counted in each second. */
  readonly othersPerSecond?: Partial<Record<Label, number>>;
}

interface Verdict {
  readonly status: 200 | 429;
  readonly headers: Record<string, string>;
  readonly body: unknown;
}

export class LimitedService {
  readonly #options: LimitedServiceOptions;
  readonly #random: () => number;
  readonly #seconds = new Map<string, number>();
  readonly #recent = new Map<Label, number[]>();
  readonly #days = new Map<string, number>();
  readonly #lastLists = new Map<string, number>();
  admitted = 0;
  refused = 0;
  lastAdmittedMs = 0;
  readonly refusals: string[] = [];

  constructor(options: LimitedServiceOptions) {
    this.#options = options;
    this.#random = mulberry(options.seed);
  }

  get nowMs(): number {
    return this.#options.time.exactMs + this.#options.aheadMs;
  }

  /** Heavy calls that somebody else has made today. */
  useHeavy(calls: number): void {
    this.#days.set(new Date(this.nowMs).toISOString().slice(0, 10), calls);
  }

  readonly fetch: typeof fetch = async (input) => {
    const { time } = this.#options;
    const path = new URL(String(input)).pathname;
    await time.sleep(this.#latency());
    const verdict = this.#judge(path);
    const date = new Date(this.nowMs).toUTCString();
    await time.sleep(this.#latency());
    const headers = { ...verdict.headers, date, "content-type": "application/json" };
    return new Response(JSON.stringify(verdict.body), { status: verdict.status, headers });
  };

  #latency(): number {
    const [least, most] = this.#options.latencyMs;
    return least + (most - least) * this.#random() ** 2;
  }

  #judge(path: string): Verdict {
    const label = labelOf(path);
    const second = Math.floor(this.nowMs / 1_000);
    const day = new Date(this.nowMs).toISOString().slice(0, 10);
    const midnightMs = Date.parse(`${day}T00:00:00Z`) + 86_400_000;
    const heavyToday = this.#days.get(day) ?? 0;
    if (label === "Heavy" && heavyToday >= HEAVY_A_DAY) {
      return this.#refuse(label, "Daily-limit", HEAVY_A_DAY, midnightMs);
    }
    const others = this.#options.othersPerSecond?.[label] ?? 0;
    const used = this.#usedNow(label, second) + others;
    if (used >= PER_SECOND[label]) {
      return this.#refuse(label, "QPS", PER_SECOND[label], (second + 1) * 1_000);
    }
    const list = /accounts\/([^/]+)\/billing\/invoices$/.exec(path)?.[1];
    if (list !== undefined) {
      const lists = this.#days.get(`${day} ${list}`) ?? 0;
      if (lists >= INVOICE_LISTS_A_DAY) {
        return this.#refuse(label, "Daily-limit", INVOICE_LISTS_A_DAY, midnightMs);
      }
      const openMs = (this.#lastLists.get(list) ?? -Infinity) + INVOICE_LIST_SPAN_MS;
      if (this.nowMs < openMs) return this.#refuse(label, "QPS", 1, openMs);
      this.#lastLists.set(list, this.nowMs);
      this.#days.set(`${day} ${list}`, lists + 1);
    }
    this.#seconds.set(`${label} ${second}`, (this.#seconds.get(`${label} ${second}`) ?? 0) + 1);
    this.#recent.get(label)?.push(this.nowMs);
    if (label === "Heavy") this.#days.set(day, heavyToday + 1);
    this.admitted += 1;
    this.lastAdmittedMs = this.nowMs;
    const headers =
      label === "Heavy"
        ? quota(label, HEAVY_A_DAY, HEAVY_A_DAY - heavyToday - 1)
        : quota(label, PER_SECOND[label], PER_SECOND[label] - used - 1);
    return { status: 200, headers, body: { plan_base: { type: "monthly" }, invoices: [] } };
  }

  #usedNow(label: Label, second: number): number {
    if (this.#options.windows !== "sliding") return this.#seconds.get(`${label} ${second}`) ?? 0;
    const recent = (this.#recent.get(label) ?? []).filter((atMs) => atMs > this.nowMs - 1_000);
    this.#recent.set(label, recent);
    return recent.length;
  }

  #refuse(label: Label, type: string, limit: number, untilMs: number): Verdict {
    this.refused += 1;
    this.refusals.push(`${label} ${type} ${limit}`);
    const until = new Date(Math.ceil(untilMs / 1_000) * 1_000).toISOString();
    const headers = {
      ...quota(label, limit, 0),
      "x-ratelimit-type": type,
      "retry-after": `${until.slice(0, 19)}Z`,
    };
    return { status: 429, headers, body: { code: 429, message: "Try again later." } };
  }
}

function quota(category: Label, limit: number, remaining: number): Record<string, string> {
  return {
    "x-ratelimit-category": category,
    "x-ratelimit-limit": String(limit),
    "x-ratelimit-remaining": String(remaining),
  };
}

function labelOf(path: string): Label {
  if (path.endsWith("/plans/usage") || path.endsWith("/billing/invoices")) return "Heavy";
  return path.endsWith("/plans") || path.endsWith("/billing") || path.endsWith("/accounts")
    ? "Medium"
    : "Light";
}

/** A small generator of pseudo-random numbers in [0, 1): the same seed, the same run. */
export function mulberry(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
