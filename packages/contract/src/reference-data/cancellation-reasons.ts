/** Reasons of a cancellation (`reason` of both cancel operations), with what they say. */
export interface CancellationReason {
  readonly id: number;
  readonly meaning: string;
}

export const cancellationReasons = [
  { id: 1, meaning: "no longer remote" },
  { id: 2, meaning: "trouble with support" },
  { id: 3, meaning: "the Basic plan is enough" },
  { id: 4, meaning: "too expensive" },
  { id: 5, meaning: "wrong product" },
  { id: 6, meaning: "not needed now, will buy again" },
] as const satisfies readonly CancellationReason[];
