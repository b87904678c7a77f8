/** Carries out what a survey has planned, account by account, each account's steps in their order. */
import {
  AbortError,
  ApiError,
  AuthenticationError,
  type PaymasterClient,
  PaymasterError,
  plansHeld,
} from "@paymaster/client";
import { EXIT, exitCodeOf } from "../exit-codes.js";
import type { Journal } from "./journal.js";
import { planSteps, scheduledBy } from "./plan-steps.js";
import { forEachOf } from "./pool.js";
import type { StepOutcome } from "./report.js";
import { type AccountPlan, isAboutTheAccount, PATIENT } from "./survey.js";

export interface ExecuteOptions {
  readonly client: PaymasterClient;
  readonly journal: Journal;
  readonly signal: AbortSignal;
  readonly onAccount: () => void;
}

export interface AccountResult {
  readonly plan: AccountPlan;
  /** One for each step. */
  readonly outcomes: readonly StepOutcome[];
  /** What is not as it should be, although every step was accepted. */
  readonly problem: string | undefined;
}

export interface Execution {
  readonly results: readonly AccountResult[];
  /** Why it ended before its end: it would have hit every further account as well. */
  readonly stopped: PaymasterError | undefined;
}

const AT_ONCE = 8;
/** So many accounts without an answer one after the other: then nobody is there. */
const MAX_SILENT = 5;

/** Never throws for what became of an account: that is in the results. */
export async function execute(
  plans: readonly AccountPlan[],
  options: ExecuteOptions,
): Promise<Execution> {
  const results = new Map<AccountPlan, AccountResult>();
  let stopped: PaymasterError | undefined;
  let silent = 0;
  await forEachOf(plans, AT_ONCE, async (plan) => {
    if (stopped !== undefined) return;
    const run = new AccountRun(plan, options);
    const error = await run.run();
    results.set(plan, run.result());
    silent = error !== undefined && isSilence(error) ? silent + 1 : 0;
    if (error !== undefined && (!isSilence(error) || silent >= MAX_SILENT)) stopped ??= error;
    options.onAccount();
  });
  const all = plans.map((plan) => results.get(plan) ?? new AccountRun(plan, options).result());
  return { results: all, stopped };
}

class AccountRun {
  readonly #plan: AccountPlan;
  readonly #options: ExecuteOptions;
  readonly #outcomes: StepOutcome[] = [];
  #problem: string | undefined;

  constructor(plan: AccountPlan, options: ExecuteOptions) {
    this.#plan = plan;
    this.#options = options;
  }

  /** @returns what is not about this account alone, if anything: perhaps it is pointless to go on */
  async run(): Promise<PaymasterError | undefined> {
    try {
      for (const { step } of this.#plan.steps) {
        await this.#write(step);
        this.#outcomes.push({ state: "done" });
      }
      await this.#verify();
      return undefined;
    } catch (error) {
      if (!(error instanceof PaymasterError)) throw error;
      const isOpen = this.#outcomes.length < this.#plan.steps.length;
      if (isOpen) this.#outcomes.push(outcomeOf(error));
      else this.#problem = `it could not be read again: ${error.message}`;
      return isAboutTheAccount(error) ? undefined : error;
    }
  }

  result(): AccountResult {
    const { steps } = this.#plan;
    const rest = steps.slice(this.#outcomes.length).map(() => ({ state: "not done" }) as const);
    return { plan: this.#plan, outcomes: [...this.#outcomes, ...rest], problem: this.#problem };
  }

  async #write(step: AccountPlan["steps"][number]["step"]): Promise<void> {
    const { client, journal, signal } = this.#options;
    const { id } = this.#plan;
    if (signal.aborted) throw new AbortError({ operation: step.tool, cause: signal.reason });
    const key = journal.sent(id, step);
    try {
      const input = { accountId: id, body: step.body };
      await client.request(step.tool, input, { ...PATIENT, signal, idempotencyKey: key });
    } catch (error) {
      // Anything else may have been made all the same: its key stays open.
      if (wasNotMade(error)) journal.settled(id, step, key);
      throw error;
    }
    journal.settled(id, step, key);
  }

  /** Accepted is not enough: the account must now have what the file says, or be known to get it. */
  async #verify(): Promise<void> {
    const { client, journal, signal } = this.#options;
    const { id, desired, steps } = this.#plan;
    const held = plansHeld(await client.accountPlans({ accountId: id }, { ...PATIENT, signal }));
    for (const { step } of steps) {
      for (const scheduled of scheduledBy(step, held)) journal.schedule(id, scheduled);
    }
    const left = planSteps(desired, held, journal.scheduledOf(id));
    if (left.length === 0) return;
    const types = left.flatMap(({ changes }) => changes.map(({ from, to }) => (to ?? from)?.type));
    this.#problem = `accepted, but the account is not as the file says: ${types.join(", ")}`;
  }
}

function isSilence(error: PaymasterError): boolean {
  return exitCodeOf(error) === EXIT.noAnswer;
}

/** The service has said so. */
function wasNotMade(error: unknown): boolean {
  return error instanceof ApiError || error instanceof AuthenticationError;
}

function outcomeOf(error: PaymasterError): StepOutcome {
  if (!wasNotMade(error)) return { state: "unknown", message: error.message };
  if (!(error instanceof ApiError)) return { state: "failed", message: error.message };
  const fields = error.errors.map(({ field, message }) => `; ${field}: ${message}`).join("");
  return { state: "failed", message: `${error.message} (code ${error.code})${fields}` };
}
