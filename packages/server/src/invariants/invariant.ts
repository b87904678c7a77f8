/** One rule of the books, as a query that gives a row, `offender`, for everything that breaks it. */
export interface Invariant {
  readonly name: string;
  /** What holds, in a sentence. */
  readonly rule: string;
  /** Reads in one pass over its tables; may be followed by a `limit`. */
  readonly sql: string;
}
