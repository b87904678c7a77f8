/** Random reports of use: licences, storage, charges of audio and phone plans. */
import { type Account, isRunning } from "../model/state.js";
import type { UsageReport } from "../model/usage.js";
import type { Random } from "../random.js";

const CHARGED = ["plan_audio", "plan_phone.plan_base", "plan_zcc.plan_usage"];

export function makeUsage(random: Random, account: Account): UsageReport {
  const running = account.items.filter(isRunning);
  const hosts: Record<string, number> = {};
  for (const item of running) {
    if (random.chance(0.4)) hosts[item.type] = random.int(0, item.hosts);
  }
  const charges: Record<string, bigint> = {};
  for (const item of running) {
    const isCharged = CHARGED.includes(item.family);
    if (isCharged && random.chance(0.7)) charges[item.type] = BigInt(random.int(0, 30_000));
  }
  return {
    ...(Object.keys(hosts).length > 0 || random.chance(0.1) ? { hosts } : {}),
    ...(random.chance(0.6) ? { storageGb: random.int(0, 900) / 10 } : {}),
    ...(Object.keys(charges).length > 0 ? { charges } : {}),
  };
}
