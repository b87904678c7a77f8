/** GET /accounts: the sub accounts of a master, page by page. */
import { createHash } from "node:crypto";
import { findPlan, type WireProfile } from "@paymaster/contract";
import type { Call } from "../http/call.js";
import { validationFault } from "../http/validation.js";
import { type ListedAccount, listSubAccounts } from "../store/account-listing.js";
import type { ReadFactory } from "./factory.js";
import { requireManager } from "./manager.js";

const DEFAULT_PAGE_SIZE = 30;
const MAX_PAGE_SIZE = 300;
const MAX_PAGE_NUMBER = 1_000_000;
const TOKEN_MINUTES = 15;

export const accounts: ReadFactory<"pool" | "clock" | "profile"> =
  ({ pool, clock, profile }) =>
  async (call) => {
    await requireManager(call, pool);
    const size = readNumber(call, "page_size", DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE);
    const filter = {
      ...textOf(call, "email", "email"),
      ...textOf(call, "sub_reseller_id", "parentId"),
    };
    const bound = fingerprint(call, size);
    const token = call.query.next_page_token;
    const offset =
      typeof token === "string" && token !== ""
        ? readToken(token, bound, clock.nowMs())
        : (readNumber(call, "page_number", 1, MAX_PAGE_NUMBER) - 1) * size;
    const found = await listSubAccounts(pool, call.principal, { size, offset }, filter);
    const next = offset + size;
    return {
      status: 200,
      body: {
        next_page_token:
          next < found.total
            ? writeToken({ offset: next, bound, until: clock.nowMs() + TOKEN_MINUTES * 60_000 })
            : "",
        page_count: Math.ceil(found.total / size),
        page_number: Math.floor(offset / size) + 1,
        page_size: size,
        total_records: found.total,
        accounts: found.accounts.map((account) => entry(account, profile)),
      },
    };
  };

function entry(account: ListedAccount, profile: WireProfile) {
  return {
    id: account.accountId,
    account_name: account.accountName,
    account_number: profile === "2026" ? account.accountNumber : String(account.accountNumber),
    account_type: accountType(account),
    created_at: account.createdAt.toISOString(),
    owner_email: account.ownerEmail,
    seats: account.seats,
    subscription_start_time: instant(account.subscriptionStart),
    subscription_end_time: instant(account.subscriptionEnd),
    ...(profile === "2026"
      ? { reseller: account.reseller, bulk_license: account.bulkLicenses }
      : {}),
  };
}

/** An empty string where there is no such time, as published. */
export function instant(date: string | null): string {
  return date === null ? "" : `${date}T00:00:00Z`;
}

/** The documented account types, from the base plan that is held. */
export function accountType(account: {
  readonly baseType: string | null;
  readonly isTrial: boolean | null;
  readonly bulkLicenses: boolean;
}): string {
  const { baseType } = account;
  if (account.bulkLicenses) return "Bulk License";
  if (baseType === null) return "Free";
  if (account.isTrial === true) return "Free Trial";
  if (/^(business_|plan_business_|zobp_)/.test(baseType)) return "Business";
  if (/^(edu20|plan_edu_|zo_edu_)/.test(baseType)) return "Education";
  if (/^(zoe_|zoep_|zm_one_ent_)/.test(baseType)) return "Enterprise";
  if (baseType.startsWith("vsdk_")) return "Zoom Video SDK";
  if (findPlan(baseType)?.families[0] === "plan_zoom_rooms") return "Zoom Rooms";
  return "Pro";
}

function readNumber(call: Call, name: string, fallback: number, most: number): number {
  const value = call.query[name];
  if (value === undefined || value === "") return fallback;
  const number = /^\d{1,9}$/.test(String(value)) ? Number(value) : 0;
  if (number < 1 || number > most) {
    throw validationFault([{ field: name, message: `Must be a whole number from 1 to ${most}.` }]);
  }
  return number;
}

function textOf(call: Call, name: string, as: "email" | "parentId") {
  const value = call.query[name];
  return typeof value === "string" && value !== "" ? { [as]: value } : {};
}

interface PageToken {
  readonly offset: number;
  readonly bound: string;
  readonly until: number;
}

/** A token goes on with the same caller and the same query parameters only. */
function fingerprint(call: Call, size: number): string {
  const { email, sub_reseller_id: reseller } = call.query;
  return createHash("sha256")
    .update(JSON.stringify([call.principal.accountId, size, email, reseller]))
    .digest("base64url")
    .slice(0, 16);
}

function writeToken(token: PageToken): string {
  return Buffer.from(JSON.stringify([token.offset, token.bound, token.until])).toString(
    "base64url",
  );
}

function readToken(text: string, bound: string, nowMs: number): number {
  try {
    const [offset, tokenBound, until] = JSON.parse(Buffer.from(text, "base64url").toString());
    const valid = Number.isSafeInteger(offset) && offset > 0 && offset < 1e9;
    if (valid && tokenBound === bound && Number.isFinite(until) && until > nowMs) return offset;
  } catch {
    // Falls through to the same answer: the token is not one of ours.
  }
  throw validationFault([
    { field: "next_page_token", message: "The next page token is invalid or expired." },
  ]);
}
