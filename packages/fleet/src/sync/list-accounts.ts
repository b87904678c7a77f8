/** The list of sub accounts, page by page. */
import type { PaymasterClient } from "@paymaster/client";
import type { ListedAccount } from "../store/accounts.js";
import { answeredAt } from "./answered-at.js";

/** What this package needs of a client. */
export type FleetClient = Pick<PaymasterClient, "baseUrl" | "request">;

const PAGE_SIZE = 300;
/** A list that does not end is no list: three million accounts. */
const MAX_PAGES = 10_000;

export interface AccountPage {
  readonly accounts: readonly ListedAccount[];
  /** Of all pages, as far as the service says. */
  readonly total: number;
  /** ISO, on the service's clock. */
  readonly seenAt: string;
}

/** @throws PaymasterError */
export async function* accountPages(
  client: FleetClient,
  signal: AbortSignal,
): AsyncGenerator<AccountPage> {
  let token = "";
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const input = {
      page_size: String(PAGE_SIZE),
      ...(token === "" ? {} : { next_page_token: token }),
    };
    const options = {
      signal,
      priority: "background",
      maxWaitMs: Number.POSITIVE_INFINITY,
    } as const;
    const answer = await client.request("accounts", input, options);
    const { accounts, total_records, next_page_token } = (answer.data ?? {}) as Partial<
      Record<string, unknown>
    >;
    const list = Array.isArray(accounts) ? accounts.flatMap(listedAccount) : [];
    yield {
      accounts: list,
      total: typeof total_records === "number" ? total_records : list.length,
      seenAt: answeredAt(answer.headers),
    };
    token = typeof next_page_token === "string" ? next_page_token : "";
    if (token === "") return;
  }
  throw new Error(`the list of accounts does not end after ${MAX_PAGES} pages`);
}

function listedAccount(entry: unknown): ListedAccount[] {
  const members = (entry ?? {}) as Readonly<Record<string, unknown>>;
  const text = (name: string) => {
    const value = members[name];
    return typeof value === "string" || typeof value === "number" ? String(value) : "";
  };
  if (text("id") === "") return [];
  return [
    {
      accountId: text("id"),
      name: text("account_name"),
      number: text("account_number"),
      type: text("account_type"),
      ownerEmail: text("owner_email"),
      seats: Math.trunc(Number(text("seats"))) || 0,
      createdAt: text("created_at"),
      subscriptionStart: text("subscription_start_time"),
      subscriptionEnd: text("subscription_end_time"),
    },
  ];
}
