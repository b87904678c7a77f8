/**
 * Accounts for readers. What is asked for while earlier questions are on their way to the database is asked
 * together, by one statement: under load that costs the database and this process a fraction of one
 * statement each, and without load nobody waits. Every statement starts after the questions it answers.
 */
import { isUnavailable, type Queryable } from "../database/pool.js";
import { type AccountRef, type LoadedAccount, loadAccount, loadAccounts } from "./accounts.js";

/** Accounts of one statement. */
const MAX_TOGETHER = 100;
/** Statements under way at once: with more of them fewer questions would be asked together. */
const MAX_UNDER_WAY = 4;

interface Question {
  readonly ref: AccountRef;
  readonly resolve: (account: LoadedAccount | undefined) => void;
  readonly reject: (error: unknown) => void;
}

export class AccountReads {
  readonly #db: Queryable;
  #waiting: Question[] = [];
  #underWay = 0;
  #isScheduled = false;

  constructor(db: Queryable) {
    this.#db = db;
  }

  /** One account with its plans; undefined when the tenant has no such account. */
  load(ref: AccountRef): Promise<LoadedAccount | undefined> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ ref, resolve, reject });
      this.#schedule();
    });
  }

  /** After whatever else the sockets bring in this turn. */
  #schedule(): void {
    if (this.#isScheduled || this.#underWay >= MAX_UNDER_WAY) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      void this.#ask();
    });
  }

  async #ask(): Promise<void> {
    const questions = this.#waiting.splice(0, MAX_TOGETHER);
    if (questions.length === 0) return;
    this.#underWay += 1;
    if (this.#waiting.length > 0) this.#schedule();
    await this.#answer(questions);
    this.#underWay -= 1;
    if (this.#waiting.length > 0) this.#schedule();
  }

  async #answer(questions: readonly Question[]): Promise<void> {
    try {
      const refs = questions.map(({ ref }) => ref);
      const loaded = await loadAccounts(this.#db, refs);
      const found = new Map(loaded.map((account) => [keyOf(account.record), account]));
      for (const { ref, resolve } of questions) resolve(found.get(keyOf(ref)));
    } catch (error) {
      if (questions.length === 1 || isUnavailable(error)) {
        for (const { reject } of questions) reject(error);
        return;
      }
      // A row that cannot be read is the trouble of those alone who asked for it.
      for (const { ref, resolve, reject } of questions) {
        await loadAccount(this.#db, ref).then(resolve, reject);
      }
    }
  }
}

function keyOf({ masterId, accountId }: AccountRef): string {
  return `${masterId}/${accountId}`;
}
