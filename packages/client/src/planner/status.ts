/** How the rules stand, and what waits: read from the parts, changing nothing. */
import type { RateLimitTier } from "@paymaster/contract";
import type { Gate } from "./gate.js";
import type { Parts } from "./parts.js";
import type { QuotaStatus } from "./types.js";

export function statusOf(parts: Parts, tier: RateLimitTier, inFlight: number): QuotaStatus {
  const { book, clock, ledger, queue } = parts;
  const now = clock.now();
  const ofLanes = new Set<Gate>();
  for (const { rules } of book.lanes) {
    for (const rule of rules) if (rule.kind !== "lane") ofLanes.add(ledger.gate(rule));
  }
  const closed = Array.from(ledger.gates).filter((gate) => gate.delayMs(now) > 0);
  const shown = new Set([...ofLanes, ...closed]);
  return {
    nowMs: (now.earliestMs + now.latestMs) / 2,
    uncertaintyMs: clock.isKnown ? (now.latestMs - now.earliestMs) / 2 : undefined,
    tier,
    profile: book.profile,
    queued: { ...queue.size },
    inFlight,
    rules: Array.from(shown, (gate) => ({
      rule: gate.rule.key,
      limit: gate.rule.limit,
      windowMs: gate.rule.windowMs,
      used: gate.usedAt(now),
      opensMs: now.earliestMs + gate.delayMs(now),
    })),
  };
}
