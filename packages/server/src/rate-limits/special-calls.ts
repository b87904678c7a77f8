/**
 * Counts calls under the special rules of an operation. They allow a few calls a day, so each call asks
 * the database, in one statement that counts under all of its rules or under none; the counts survive
 * restarts. A refusal is remembered for a moment, so that a client that ignores it costs no statement.
 */
import { strict as assert } from "node:assert";
import { createHash } from "node:crypto";
import type { Queryable } from "../database/pool.js";
import { windowStart } from "./windows.js";

export interface SpecialRule {
  /** Names the rule among those of the caller, e.g. `get_account_billing_invoice:interval`. */
  readonly name: string;
  readonly window: "interval" | "day";
  readonly limit: number;
  readonly lengthMs: number;
  readonly scope: "account" | "invoice" | "caller";
}

/** A rule counted for one value of its scope, e.g. one invoice. */
export interface ScopedRule {
  readonly rule: SpecialRule;
  readonly value: string;
}

export type SpecialOutcome =
  | { readonly admitted: true; readonly left: readonly number[] }
  | { readonly admitted: false; readonly rule: SpecialRule; readonly untilMs: number };

interface Refusal {
  readonly rule: SpecialRule;
  readonly untilMs: number;
  readonly trustedUntilRealMs: number;
}

const MAX_REFUSALS = 10_000;
/** After this a refusal is checked again: the clock may have been set back, or the rules changed. */
const TRUST_MS = 1_000;
const PLAIN_VALUE = /^[\w.-]{1,64}$/;

export class SpecialCalls {
  readonly #db: Queryable;
  readonly #refusals = new Map<string, Refusal>();

  constructor(db: Queryable) {
    this.#db = db;
  }

  /**
   * Counts a call at `nowMs`, or says which rule refuses it and until when.
   * @param rules in the order in which they are checked; the same order for every call of an operation,
   *   so that two calls never wait for each other
   */
  async take(
    masterId: string,
    accountId: string,
    rules: readonly ScopedRule[],
    nowMs: number,
  ): Promise<SpecialOutcome> {
    assert(rules.length > 0, "there is a rule to count under");
    const names = rules.map(({ rule, value }) => `${accountId} ${rule.name} ${readable(value)}`);
    const known = this.#knownRefusal(masterId, names, nowMs);
    if (known !== null) return known;
    const { rows } = await this.#db.query({
      name: "take-quota",
      text: "select refused_by, refused_until_ms, left_over from take_quota($1, $2, $3, $4, $5)",
      values: [
        masterId,
        names,
        rules.map(({ rule }) => rule.limit),
        rules.map(({ rule }) =>
          rule.window === "day" ? windowStart(nowMs, rule.lengthMs) : nowMs,
        ),
        rules.map(({ rule }) => rule.lengthMs),
      ],
    });
    const answer = rows[0];
    assert(answer !== undefined, "take_quota answers with one row");
    if (answer.refused_by === null) return { admitted: true, left: answer.left_over };
    const index = answer.refused_by - 1;
    const refusing = rules[index];
    const name = names[index];
    assert(refusing !== undefined && name !== undefined, "the refusing rule is one that was asked");
    const untilMs: number = answer.refused_until_ms;
    this.#remember(`${masterId} ${name}`, refusing.rule, untilMs);
    return { admitted: false, rule: refusing.rule, untilMs };
  }

  #knownRefusal(masterId: string, names: readonly string[], nowMs: number): SpecialOutcome | null {
    for (const name of names) {
      const refusal = this.#refusals.get(`${masterId} ${name}`);
      if (refusal === undefined) continue;
      const { rule, untilMs, trustedUntilRealMs } = refusal;
      if (nowMs < untilMs && performance.now() < trustedUntilRealMs) {
        return { admitted: false, rule, untilMs };
      }
      this.#refusals.delete(`${masterId} ${name}`);
    }
    return null;
  }

  #remember(key: string, rule: SpecialRule, untilMs: number): void {
    if (this.#refusals.size >= MAX_REFUSALS) {
      const oldest = this.#refusals.keys().next();
      if (oldest.done !== true) this.#refusals.delete(oldest.value);
    }
    this.#refusals.set(key, { rule, untilMs, trustedUntilRealMs: performance.now() + TRUST_MS });
  }
}

/** Ids as they are; whatever else a caller wrote into the path becomes a digest of bounded length. */
function readable(value: string): string {
  return PLAIN_VALUE.test(value)
    ? value
    : `sha256:${createHash("sha256").update(value).digest("base64url")}`;
}
