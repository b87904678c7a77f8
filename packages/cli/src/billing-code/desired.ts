/** What a billing file says: the plans that each sub account is to have. */
import { UsageError } from "../exit-codes.js";

/** Where something stands in the file, both from 1. */
export interface Place {
  readonly line: number;
  /** Of the character in YAML, of the field in CSV. */
  readonly column: number;
}

export interface DesiredPlan {
  readonly type: string;
  /** undefined: the plan's family has none. */
  readonly hosts: number | undefined;
  /** Further members of a purchase, e.g. `tollfree_countries`; only for those who do not hold the plan. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly place: Place;
}

export interface DesiredAccount {
  /** The account by its id or by its owner's email address. */
  readonly by: "id" | "email";
  readonly name: string;
  /** null: no plan at all. */
  readonly base: DesiredPlan | null;
  readonly addOns: readonly DesiredPlan[];
  /** For an account that has no plan yet. */
  readonly contact: Readonly<Record<string, string>> | undefined;
  readonly place: Place;
}

export interface FileProblem extends Place {
  readonly message: string;
}

const MAX_PROBLEMS_SHOWN = 20;

/** The file is refused whole: nothing of it is used. */
export class BillingFileError extends UsageError {
  readonly problems: readonly FileProblem[];

  constructor(file: string, problems: readonly FileProblem[]) {
    const sorted = problems.toSorted((a, b) => a.line - b.line || a.column - b.column);
    const lines = sorted
      .slice(0, MAX_PROBLEMS_SHOWN)
      .map(({ line, column, message }) => `${file}:${line}:${column}: ${message}`);
    const more = sorted.length - lines.length;
    if (more > 0) lines.push(`and ${more} more`);
    super(`the file is wrong; nothing of it was used\n${lines.join("\n")}`);
    this.problems = sorted;
  }
}
