/** The turn of a call, until it is said what came of it; whatever is said later is ignored. */
import type { Waiting } from "./queue.js";
import type { CallRules } from "./rules.js";
import type { AnswerSeen, Turn } from "./types.js";

export type Outcome = "answered" | "refused" | "lost" | "unsent";

export type FinishTurn = (
  turn: CurrentTurn,
  outcome: Outcome,
  seen: AnswerSeen | undefined,
) => void;

export class CurrentTurn implements Turn {
  readonly id: string;
  readonly rules: CallRules;
  readonly sentLocalMs: number;
  readonly #onEnd: FinishTurn;
  isDaily: boolean | undefined;
  #isOver = false;

  /** @param onEnd is called once */
  constructor(id: string, rules: CallRules, sentLocalMs: number, onEnd: FinishTurn) {
    this.id = id;
    this.rules = rules;
    this.sentLocalMs = sentLocalMs;
    this.#onEnd = onEnd;
  }

  answered(seen: AnswerSeen): void {
    this.#finish("answered", seen);
  }

  refused(seen: AnswerSeen, isDaily: boolean | undefined): void {
    this.isDaily = isDaily;
    this.#finish("refused", seen);
  }

  lost(): void {
    this.#finish("lost", undefined);
  }

  unsent(): void {
    this.#finish("unsent", undefined);
  }

  #finish(outcome: Outcome, seen: AnswerSeen | undefined): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#onEnd(this, outcome, seen);
  }
}

/** A call that was let out. */
export interface Admitted {
  readonly call: Waiting;
  readonly turn: CurrentTurn;
}
