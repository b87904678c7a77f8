/**
 * How often somebody may guess. A sign-in is counted before the secret is looked at, so that many at once
 * are no way around, and the count is forgotten when it was found good.
 */
import { isIPv6 } from "node:net";
import type { Queryable } from "../database/pool.js";

export const MAX_FAILURES = 10;
export const WINDOW_MINUTES = 15;
/** An owner of IPv6 addresses has at least 2^64 of them. */
const IPV6_GROUPS = 4;

/** @returns seconds to wait; null: the sign-in may be tried */
export async function countSignIn(db: Queryable, ip: string): Promise<number | null> {
  const { rows } = await db.query(
    `with gone as (
       delete from console_sign_in_failures
         where window_start <= now() - make_interval(mins => $2) and address <> $1)
     insert into console_sign_in_failures as f (address, failures, window_start)
       values ($1, 1, now())
       on conflict (address) do update set
         failures = case when f.window_start <= now() - make_interval(mins => $2)
           then 1 else least(f.failures + 1, $3 + 1) end,
         window_start = case when f.window_start <= now() - make_interval(mins => $2)
           then now() else f.window_start end
       returning failures > $3 as refused,
         ceil(extract(epoch from window_start + make_interval(mins => $2) - now()))::int as seconds`,
    [networkOf(ip), WINDOW_MINUTES, MAX_FAILURES],
  );
  const row = rows[0];
  return row?.refused === true ? Math.max(1, row.seconds) : null;
}

export async function forgetFailures(db: Queryable, ip: string): Promise<void> {
  await db.query("delete from console_sign_in_failures where address = $1", [networkOf(ip)]);
}

/** An IPv4 address, or the /64 network of an IPv6 address. */
export function networkOf(ip: string): string {
  const plain = ip.replace(/^::ffff:(?=\d+\.)/i, "").replace(/%.*$/, "");
  if (!isIPv6(plain)) return plain;
  const [head = "", tail] = plain.toLowerCase().split("::");
  const first = head === "" ? [] : head.split(":");
  const last = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? 0 : 8 - first.length - last.length;
  const groups = [...first, ...Array<string>(Math.max(0, zeros)).fill("0"), ...last];
  return `${groups.slice(0, IPV6_GROUPS).join(":")}::/64`;
}
