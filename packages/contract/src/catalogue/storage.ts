/** Cloud storage of recording plans: stated in their codes or names, as `100GB` or `3 TB`. */
const GB_PER_TB = 1_024;

const STORAGE_FAMILIES: ReadonlySet<string> = new Set(["plan_recording", "plan_sdk_cmr"]);

/** GB that the plan gives; 0 outside the families of meeting recordings. */
export function storageGbOf(type: string, name: string, family: string): number {
  if (!STORAGE_FAMILIES.has(family)) return 0;
  const stated = /(\d+) ?(GB|TB)/.exec(`${type} ${name}`);
  if (stated === null) throw new Error(`${type} does not say how much storage it gives.`);
  return Number(stated[1]) * (stated[2] === "TB" ? GB_PER_TB : 1);
}
