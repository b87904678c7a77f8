/** Addresses of resources: `paymaster://accounts/{accountId}`, `paymaster://fleet{?page,from}`, ... */
import type { Place } from "./reports/fleet.js";

export type Address =
  | { readonly kind: "accounts"; readonly page: string | undefined }
  | { readonly kind: "account"; readonly accountId: string }
  | { readonly kind: "fleet" | "renewals"; readonly place: Place };

const MAX_LENGTH = 2_000;
/** The largest page of the list of accounts (facts, 6.2). */
const MAX_FROM = 300;

/** @returns undefined for an address that names nothing here */
export function readAddress(text: string): Address | undefined {
  if (text.length > MAX_LENGTH || !URL.canParse(text)) return undefined;
  const { protocol, host, pathname, searchParams, hash } = new URL(text);
  if (protocol !== "paymaster:" || hash !== "") return undefined;
  const page = searchParams.get("page") ?? undefined;
  const names = Array.from(searchParams.keys());
  if (host === "accounts" && pathname.length > 1) {
    const accountId = decode(pathname.slice(1));
    const fits = accountId !== undefined && !accountId.includes("/") && names.length === 0;
    return fits ? { kind: "account", accountId } : undefined;
  }
  if (host === "accounts") {
    if (pathname !== "") return undefined;
    return names.every((name) => name === "page") ? { kind: "accounts", page } : undefined;
  }
  if (host !== "fleet" || !names.every((name) => name === "page" || name === "from")) {
    return undefined;
  }
  const from = readFrom(searchParams.get("from"));
  if (from === undefined) return undefined;
  if (pathname === "") return { kind: "fleet", place: { page, from } };
  return pathname === "/renewals" ? { kind: "renewals", place: { page, from } } : undefined;
}

export function writeAddress(address: string, { page, from }: Place): string {
  const query = new URLSearchParams();
  if (page !== undefined) query.set("page", page);
  if (from > 0) query.set("from", String(from));
  const text = query.toString();
  return text === "" ? address : `${address}?${text}`;
}

export function accountAddress(accountId: string): string {
  return `paymaster://accounts/${encodeURIComponent(accountId)}`;
}

function readFrom(text: string | null): number | undefined {
  if (text === null) return 0;
  const from = /^\d{1,3}$/.test(text) ? Number(text) : Number.NaN;
  return from <= MAX_FROM ? from : undefined;
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
