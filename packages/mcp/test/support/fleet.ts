/** A service with as many sub accounts as a test wants, on the documented wire. */
import type { ServerResponse } from "node:http";
import { json, type SeenRequest, startPeer } from "../../../client/test/support/peer.js";
import type { McpConfig } from "../../src/config.js";

export interface Fleet {
  readonly config: McpConfig;
  /** Paths that were asked for, in order. */
  readonly asked: () => string[];
  /** Answers in place of the fleet's own, by path. */
  readonly answers: Map<string, (response: ServerResponse, request: SeenRequest) => void>;
}

const DATE = { date: "Tue, 01 Jun 2021 10:00:00 GMT" };

/** Headers of a Heavy call, where `remaining` of `limit` are left for the day. */
export function quota(limit: number, remaining: number): Record<string, string> {
  return {
    ...DATE,
    "x-ratelimit-category": "Heavy",
    "x-ratelimit-limit": String(limit),
    "x-ratelimit-remaining": String(remaining),
  };
}

export const dailyLimit = {
  code: 429,
  message:
    "You have reached the maximum daily rate limit for this API. Refer to the response header for details on when you can make another request.",
};

export const untilTomorrow = {
  ...DATE,
  "retry-after": "2021-06-02T00:00:00Z",
  "x-ratelimit-type": "Daily-limit",
  "x-ratelimit-category": "Heavy",
};

/**
 * Account 0 is free; account n has n business hosts, n - 1 of them in use, and a webinar plan.
 * @param operations the names that the configuration offers
 */
export async function startFleet(size: number, operations: readonly string[]): Promise<Fleet> {
  const answers: Fleet["answers"] = new Map();
  const peer = await startPeer((request, response) => {
    const url = new URL(request.url, "http://peer");
    const path = url.pathname.replace(/^\/v2/, "");
    const own = answers.get(path);
    if (own !== undefined) return own(response, request);
    const number = Number(/^\/accounts\/a(\d+)\//.exec(path)?.[1] ?? Number.NaN);
    if (path === "/accounts") return json(response, 200, listOf(size, url.searchParams), DATE);
    if (!(number < size)) {
      return json(response, 404, { code: 2001, message: `Account does not exist: ${path}.` }, DATE);
    }
    const body = bodyOf(path.replace(/^\/accounts\/[^/]+/, ""), number);
    return json(response, body === undefined ? 404 : 200, body, quota(60_000, 50_000));
  });
  return {
    answers,
    asked: () => peer.requests.map(({ url }) => url.replace(/^\/v2/, "")),
    config: {
      server: { url: peer.baseUrl },
      authentication: [],
      operations: operations.map((name) => ({ name })),
    },
  };
}

function listOf(size: number, query: URLSearchParams): object {
  const pageSize = Number(query.get("page_size"));
  const start = Number((query.get("next_page_token") ?? "p0").slice(1));
  const end = Math.min(size, start + pageSize);
  return {
    page_size: pageSize,
    total_records: size,
    next_page_token: end < size ? `p${end}` : "",
    accounts: Array.from({ length: end - start }, (_, index) => ({
      id: `a${start + index}`,
      account_name: `Account ${start + index}`,
      account_type: start + index === 0 ? "Free" : "Business",
    })),
  };
}

function bodyOf(path: string, hosts: number): unknown {
  const base = { type: "business_monthly", hosts };
  const dates = { status: "active", service_effective_date: "2021-01-01" };
  switch (path) {
    case "/plans/usage":
      return {
        plan_base: { ...base, usage: hosts - 1 },
        plan_webinar: [{ type: "webinar500_yearly", hosts: 1, usage: 1 }],
      };
    case "/plans":
      return {
        plan_base: { ...base, ...dates, next_invoice_date: `2021-06-${10 + (hosts % 20)}` },
        plan_recording: "cmr_monthly_commitment_40",
        plan_recording_status: "Active",
        plan_recording_next_invoice_date: "2021-06-02",
      };
    case "/billing":
      return { city: "Denver" };
    case "/billing/invoices":
      return { currency: "USD", invoices };
    case "/billing/invoices/i2":
      return { ...invoices[1], currency: "USD", invoice_items: [line("Biz", 12, 239.88)] };
    case "/billing/invoices/i3":
      return {
        ...invoices[0],
        currency: "USD",
        invoice_items: [line("Biz", 14, 279.86), line("Webinar", 1, 79)],
      };
    default:
      return undefined;
  }
}

function line(charge_name: string, quantity: number, total_amount: number): object {
  const period = { start_date: "2021-05-01", end_date: "2021-05-31" };
  return {
    charge_name,
    charge_number: "C-1",
    charge_type: "Recurring",
    quantity,
    total_amount,
    ...period,
  };
}

function invoice(id: string, date: string, total: number, balance: number, status = "Posted") {
  const money = { balance, total_amount: total, tax_amount: 0 };
  return { id, invoice_number: id.toUpperCase(), invoice_date: date, status, ...money };
}

const invoices = [
  invoice("i3", "2021-05-01", 358.86, 358.86),
  invoice("i2", "2021-04-01", 239.88, 39.88),
  invoice("i1", "2021-03-01", 239.88, 0),
  invoice("i4", "2021-06-01", 358.86, 358.86, "Draft"),
];
