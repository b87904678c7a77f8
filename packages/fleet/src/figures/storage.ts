/** Recording storage: bought, used, and what is above it. Pure. */
import { type PriceBook, type PriceStatus, storageOveragePriceOn } from "@paymaster/contract";
import { roundMajor } from "./money.js";

/** Member `plan_recording` of a usage answer, in GB. */
export interface StorageEntry {
  /** Of the recording plan; undefined: only what is free. */
  readonly type: string | undefined;
  readonly freeGb: number;
  readonly freeUsedGb: number;
  readonly planGb: number;
  readonly planUsedGb: number;
  /** Used beyond both. */
  readonly exceedGb: number;
}

/** @returns undefined when the answer has no such member or says nothing that can be read */
export function storageIn(usage: unknown): StorageEntry | undefined {
  const { plan_recording: recording } = (usage ?? {}) as { plan_recording?: unknown };
  if (typeof recording !== "object" || recording === null) return undefined;
  const members = recording as Readonly<Record<string, unknown>>;
  const freeGb = gigabytes(members.free_storage);
  const exceedGb = gigabytes(members.plan_storage_exceed);
  if (freeGb === undefined && exceedGb === undefined) return undefined;
  return {
    type: typeof members.type === "string" ? members.type : undefined,
    freeGb: freeGb ?? 0,
    freeUsedGb: gigabytes(members.free_storage_usage) ?? 0,
    planGb: gigabytes(members.plan_storage) ?? 0,
    planUsedGb: gigabytes(members.plan_storage_usage) ?? 0,
    exceedGb: exceedGb ?? 0,
  };
}

const GB_OF = { MB: 1 / 1_024, GB: 1, TB: 1_024 } as const;

/** `3 GB`, `1.5 TB`, or plain `0`. */
function gigabytes(text: unknown): number | undefined {
  const [, amount = "", unit = "GB"] =
    /^\s*(\d+(?:\.\d+)?)\s*(MB|GB|TB)?\s*$/i.exec(String(text)) ?? [];
  if (amount === "") return undefined;
  return Number(amount) * GB_OF[unit.toUpperCase() as keyof typeof GB_OF];
}

/** What a month of the storage above the plan costs: each started GB counts. */
export function overageCost(
  exceedGb: number,
  day: string,
  book: PriceBook,
): { readonly perMonth: number; readonly price: PriceStatus } {
  const { unitPriceMinor, status } = storageOveragePriceOn(book, day);
  return { perMonth: roundMajor((Math.ceil(exceedGb) * unitPriceMinor) / 100), price: status };
}
