/**
 * Statements that go out one behind the other without waiting for each other's answers: a transaction of
 * many statements takes a few round trips, however busy this process is.
 */
import type { Connection, Queryable } from "./pool.js";

/** A member of node-postgres' clients that its typings lack; it is read with every statement. */
interface Pipelining {
  pipeline?: boolean;
}

/** Switches it while nothing is under way on the connection. COPY needs it off. */
export function setPipelining(connection: Connection, isOn: boolean): void {
  (connection as Pipelining).pipeline = isOn;
}

export function isPipelining(db: Queryable): boolean {
  return (db as Pipelining).pipeline === true;
}

/** Statements of a transaction whose answers are waited for at its end. */
const leftToCommit = new WeakMap<object, Promise<unknown>[]>();

/**
 * Runs a step whose answer nobody needs before the transaction ends: where the connection pipelines, the
 * commit goes out right behind it, and is refused when it fails.
 */
export async function leaveToCommit(db: Queryable, step: Step<unknown>): Promise<void> {
  const answer = step();
  if (!isPipelining(db)) {
    await answer;
    return;
  }
  // The commit reports it; until then it must not count as an error of nobody's.
  answer.catch(() => undefined);
  leftToCommit.set(db, [...(leftToCommit.get(db) ?? []), answer]);
}

/** What was left to the commit, which is asked for now; its answers, in the order of the statements. */
export function takeLeft(db: Queryable): readonly Promise<unknown>[] {
  const left = leftToCommit.get(db) ?? [];
  leftToCommit.delete(db);
  return left;
}

/**
 * Waits for answers to statements that went out together, in their order; rejects with the error of the
 * first that failed. Those behind it fail as well, in whatever order that is learnt, and say only that the
 * transaction is aborted.
 */
export async function allAnswers<T>(answers: readonly Promise<T>[]): Promise<T[]> {
  const settled = await Promise.allSettled(answers);
  return settled.map((one) => {
    if (one.status === "rejected") throw one.reason;
    return one.value;
  });
}

type Step<T> = () => Promise<T>;
type Answers<Steps extends readonly Step<unknown>[]> = {
  -readonly [K in keyof Steps]: Awaited<ReturnType<Steps[K]>>;
};

/**
 * Runs steps in their order, all at once where the connection pipelines: then a step must ask for all of
 * its statements before it waits for any, unless it is the last. PostgreSQL runs them one after the
 * other, and none behind one that failed, whose error is what rejects.
 */
export async function inOrder<const Steps extends readonly Step<unknown>[]>(
  db: Queryable,
  steps: Steps,
): Promise<Answers<Steps>> {
  if (isPipelining(db)) {
    return (await allAnswers(steps.map((step) => step()))) as Answers<Steps>;
  }
  const answers: unknown[] = [];
  for (const step of steps) answers.push(await step());
  return answers as Answers<Steps>;
}
