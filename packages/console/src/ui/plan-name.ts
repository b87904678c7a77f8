import { findPlan } from "@paymaster/contract";

/** The plan's name in the catalogue; its code where the catalogue has none. */
export function planName(type: string): string {
  return findPlan(type)?.name ?? type;
}
