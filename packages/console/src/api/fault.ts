/** What any call of the console may end in, in one form: what was wrong, where, and what to do. */
export interface FieldProblem {
  readonly field: string;
  readonly message: string;
}

export class Fault extends Error {
  override readonly name = "Fault";
  constructor(
    message: string,
    /** 0: there was no answer. */
    readonly status: number,
    readonly code: number,
    readonly problems: readonly FieldProblem[] = [],
    /** What the person can do about it, where that is known. */
    readonly advice: string | null = null,
  ) {
    super(message);
  }
}

export function toFault(error: unknown): Fault {
  return error instanceof Fault
    ? error
    : new Fault(error instanceof Error ? error.message : String(error), 0, 0);
}

export function noAnswer(): Fault {
  return new Fault("The server does not answer.", 0, 0, [], "Check that it runs, then try again.");
}
