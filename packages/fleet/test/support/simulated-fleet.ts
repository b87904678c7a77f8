/**
 * A master's fleet behind a service that counts calls, on a clock that passes only when nothing is left to
 * do: nights in seconds. The limiter is the client's tests' own and shares nothing with the planner.
 */
import {
  bearerToken,
  type ClientOptions,
  createClient,
  createQuotaPlanner,
  type PaymasterClient,
  type QuotaPlannerOptions,
} from "@paymaster/client";
import { LimitedService, mulberry } from "../../../client/test/support/limited-service.js";
import { VirtualTime } from "../../../client/test/support/virtual-time.js";

const START_MS = Date.parse("2026-11-22T10:00:00.333Z");
const PAGE_SIZE = 300;
const PLAN_TYPES = ["business_monthly", "business_yearly", "monthly", "yearly"] as const;
const BASE_URL = "http://service.example/v2";

export interface SimulatedFleetOptions {
  readonly accounts: number;
  readonly seed?: number;
  /** Each way, at least and at most. */
  readonly latencyMs?: readonly [number, number];
  readonly startMs?: number;
}

export class SimulatedFleet {
  readonly time: VirtualTime;
  readonly service: LimitedService;
  /** Every path that was asked for and let in. */
  readonly answered: string[] = [];
  /** Changes the answer to a path; undefined: the usual one. */
  answer: (path: string) => unknown = () => undefined;
  readonly #accounts: number;
  readonly #seed: number;
  readonly #firstDay: string;

  constructor({ accounts, seed = 7, latencyMs = [4, 60], startMs }: SimulatedFleetOptions) {
    this.#accounts = accounts;
    this.#seed = seed;
    this.time = new VirtualTime(startMs ?? START_MS);
    this.#firstDay = new Date(this.time.now()).toISOString().slice(0, 10);
    this.service = new LimitedService({ time: this.time, aheadMs: -123.4, latencyMs, seed });
  }

  get now(): string {
    return new Date(this.service.nowMs).toISOString();
  }

  planner(options: QuotaPlannerOptions = {}) {
    return createQuotaPlanner({ clock: this.time, ...options });
  }

  client(options: Partial<ClientOptions> = {}): PaymasterClient {
    return createClient({
      baseUrl: BASE_URL,
      authentication: bearerToken("t"),
      fetch: this.#fetch,
      now: () => this.time.now(),
      ...options,
    });
  }

  readonly #fetch: typeof fetch = async (input) => {
    const response = await this.service.fetch(input);
    if (response.status !== 200) return response;
    const url = new URL(String(input));
    const path = url.pathname.replace("/v2", "");
    this.answered.push(path);
    const other = this.answer(path);
    if (other instanceof Response) return other;
    const body = other ?? this.#body(path, url.searchParams);
    return new Response(JSON.stringify(body), { headers: response.headers });
  };

  #body(path: string, query: URLSearchParams): unknown {
    if (path === "/accounts/me") return { id: "master" };
    if (path === "/accounts") return this.#page(Number(query.get("next_page_token") ?? 0));
    const [, , accountId = "", ...rest] = path.split("/");
    const random = mulberry(this.#seed + hash(accountId));
    const hosts = 10 + Math.floor(random() * 200);
    const type = PLAN_TYPES[Math.floor(random() * PLAN_TYPES.length)] ?? "monthly";
    const used = Math.floor(hosts * random());
    const exceed = random() < 0.1 ? 1 + Math.floor(random() * 500) : 0;
    const due = dayAfter(this.#firstDay, Math.floor(random() * 100) + 2);
    switch (rest.join("/")) {
      case "plans":
        return {
          plan_base: plan(type, hosts, due),
          plan_webinar: [plan("webinar500_monthly", 2, due)],
          plan_recording: "100GB_monthly",
          plan_recording_status: "Active",
          plan_recording_service_effective_date: "2025-01-15",
          plan_recording_next_invoice_date: due,
        };
      case "plans/usage":
        return {
          plan_base: { type, hosts, usage: used },
          plan_webinar: [{ type: "webinar500_monthly", hosts: 2, usage: 1 }],
          plan_recording: {
            free_storage: "3 GB",
            free_storage_usage: "3 GB",
            plan_storage: "100 GB",
            plan_storage_usage: "100 GB",
            plan_storage_exceed: exceed === 0 ? "0" : `${exceed} GB`,
            type: "100GB_monthly",
          },
        };
      case "billing":
        return { ...CONTACT, first_name: `Ada ${accountId}` };
      default:
        return { currency: "USD", invoices: this.#invoices(accountId, random) };
    }
  }

  #page(offset: number): unknown {
    const end = Math.min(this.#accounts, offset + PAGE_SIZE);
    return {
      next_page_token: end < this.#accounts ? String(end) : "",
      page_count: Math.ceil(this.#accounts / PAGE_SIZE),
      page_number: offset / PAGE_SIZE + 1,
      page_size: PAGE_SIZE,
      total_records: this.#accounts,
      accounts: Array.from({ length: end - offset }, (_, index) => account(offset + index)),
    };
  }

  #invoices(accountId: string, random: () => number): unknown[] {
    return Array.from({ length: 12 }, (_, month) => {
      const day = dayAfter(this.#firstDay, -30 * month - 1);
      const total = Math.round(random() * 1_000_00) / 100;
      const isPaid = month > 0 || random() < 0.8;
      return {
        id: `${accountId}-${month}`,
        invoice_number: `INV${hash(accountId)}${month}`,
        invoice_date: day,
        target_date: day,
        due_date: dayAfter(day, isPaid ? 30 : -5),
        status: "Posted",
        total_amount: total,
        tax_amount: 0,
        balance: isPaid ? 0 : total,
      };
    });
  }
}

const CONTACT = {
  last_name: "Byron",
  email: "ada@example.com",
  phone_number: "+13035550100",
  address: "1 Main Street",
  apt: "",
  city: "Denver",
  state: "CO",
  zip: "80014",
  country: "US",
};

function account(index: number) {
  return {
    id: `account-${index}`,
    account_name: `Customer ${index}`,
    account_number: String(100_000_000 + index),
    account_type: "Business",
    created_at: "2025-01-15T09:30:00Z",
    owner_email: `owner${index}@example.com`,
    seats: 10,
    subscription_start_time: "2025-01-15T00:00:00Z",
    subscription_end_time: "2027-01-15T00:00:00Z",
  };
}

function plan(type: string, hosts: number, date: string) {
  const status = "active";
  return { type, hosts, status, next_invoice_date: date, service_effective_date: "2025-01-15" };
}

function dayAfter(day: string, days: number): string {
  return new Date(Date.parse(day.slice(0, 10)) + days * 86_400_000).toISOString().slice(0, 10);
}

function hash(text: string): number {
  let sum = 7;
  for (const character of text) sum = (sum * 31 + character.charCodeAt(0)) % 1_000_003;
  return sum;
}
