/** How often each rule of the rate limits admitted a call, and refused one. */
import { Counter, type Registry } from "prom-client";

export interface QuotaCounts {
  admitted(rule: string): void;
  refused(rule: string): void;
}

/** Counted in a plain map, since a call passes two or three rules; told when somebody asks. */
export function createQuotaCounts(registers: Registry[]): QuotaCounts {
  const counts = { admitted: new Map<string, number>(), refused: new Map<string, number>() };
  new Counter({
    name: "paymaster_quota_calls_total",
    help: "Calls that a rule of the rate limits admitted or refused; refused ones count once, under the rule that answered.",
    labelNames: ["rule", "outcome"],
    registers,
    collect() {
      this.reset();
      for (const [outcome, byRule] of Object.entries(counts)) {
        for (const [rule, count] of byRule) this.inc({ rule, outcome }, count);
      }
    },
  });
  const count = (byRule: Map<string, number>) => (rule: string) => {
    byRule.set(rule, (byRule.get(rule) ?? 0) + 1);
  };
  return { admitted: count(counts.admitted), refused: count(counts.refused) };
}
