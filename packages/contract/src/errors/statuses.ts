/**
 * The HTTP statuses under which errors travel. The 2021 generation sends some business errors under
 * 200 and 300, which are no errors in HTTP's own terms; 2026 answers all of those with 400.
 */
import type { WireProfile } from "../operation.js";

type Statuses = Readonly<Record<WireProfile, number>>;

/** One status in both generations. */
export function always<const Status extends number>(status: Status) {
  return { "2021": status, "2026": status } as const satisfies Statuses;
}

export const badRequest = always(400);
export const notFound = always(404);
export const conflict = always(409);
/** HTTP 200 in 2021, where a client must look into the body to see that it failed. */
export const ok2021 = { "2021": 200, "2026": 400 } as const satisfies Statuses;
/** HTTP 300 in 2021. */
export const multipleChoices2021 = { "2021": 300, "2026": 400 } as const satisfies Statuses;
