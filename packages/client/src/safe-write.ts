/**
 * A write that is made once, however often its answer is lost. Where the service takes an
 * Idempotency-Key, it is sent again with the same key, and the service answers what it answered before.
 * Elsewhere the account is looked at first: it is sent again only if it has not happened.
 */
import { sleep } from "./deadline.js";
import {
  AbortError,
  ApiError,
  AuthenticationError,
  MissingScopeError,
  PaymasterError,
  RateLimitError,
} from "./errors.js";
import { evidence, type Finding, type LookUp } from "./evidence.js";
import { notify } from "./hooks.js";
import type { WritingTool } from "./methods.js";
import type { OperationPlan } from "./operation-plan.js";
import { type Answer, type Sender, type SendOptions, send } from "./request.js";
import { isTransient, shouldRetry } from "./retry.js";
import type { ServiceDocument } from "./service-document.js";
import { expandPath, type ParameterValues } from "./url.js";

export interface SafeWriteContext {
  readonly sender: Sender;
  readonly document: ServiceDocument;
  /** Whether the service takes an Idempotency-Key; undefined: its document says. */
  readonly takesKeys: boolean | undefined;
  readonly lookUp: (
    tool: string,
    input: ParameterValues,
    options: SendOptions,
  ) => Promise<Answer<unknown>>;
}

/** A request that is still on its way could arrive after one has looked: it gets so much time. */
const MIN_LOOK_UP_DELAY_MS = 500;
/** The first sending of the same key is still being carried out. */
const IN_PROGRESS_WAIT_MS = 1_000;

/** @throws PaymasterError; NetworkError, TimeoutError: whether the write was made is not known */
export async function sendSafely(
  context: SafeWriteContext,
  plan: OperationPlan,
  input: ParameterValues,
  options: SendOptions,
): Promise<Answer<unknown>> {
  const write = new SafeWrite(context, plan, input, options);
  for (let attempt = 1; ; attempt += 1) {
    try {
      const answer = await send(context.sender, plan, input, write.options);
      return { ...answer, attempts: attempt };
    } catch (error) {
      if (!(error instanceof PaymasterError)) throw error;
      const found = await write.afterFailure(error, attempt);
      if (found !== undefined) return { ...found, attempts: attempt };
    }
  }
}

/**
 * lost: no answer, so it may have been made. late_refusal: sent again after its answer was lost, and
 * refused; perhaps because it had been made. busy: not carried out, for now. final: anything else.
 */
type Failure = "lost" | "late_refusal" | "busy" | "final";

class SafeWrite {
  /** With a key of its own, the same for each sending. */
  readonly options: SendOptions;
  readonly #context: SafeWriteContext;
  readonly #plan: OperationPlan;
  readonly #input: ParameterValues;
  readonly #startedMs = performance.now();
  #wasLost = false;

  constructor(
    context: SafeWriteContext,
    plan: OperationPlan,
    input: ParameterValues,
    options: SendOptions,
  ) {
    this.#context = context;
    this.#plan = plan;
    this.#input = input;
    this.options = { ...options, idempotencyKey: options.idempotencyKey ?? newKey() };
  }

  /**
   * @returns the answer if the write turns out to have been made; undefined: it is to be sent again
   * @throws `error` when it is final, or when sending again might make the write twice
   */
  async afterFailure(error: PaymasterError, attempt: number): Promise<Answer<unknown> | undefined> {
    const failure = this.#failureOf(error);
    if (failure === "final") throw error;
    if (failure === "lost") this.#wasLost = true;
    const decision = this.#decide(error, failure, attempt);
    const isOpen = failure === "lost" || failure === "late_refusal";
    const takesKeys = isOpen && (await this.#takesKeys());
    // With a key, a refusal is the answer to the first sending as well.
    if (failure === "late_refusal" && takesKeys) throw error;
    if (isOpen && (!takesKeys || !decision.retry)) {
      await this.#pause(error, attempt, Math.max(decision.waitMs, MIN_LOOK_UP_DELAY_MS));
      const finding = await this.#lookUp();
      if (finding.verdict === "happened") return finding.answer;
      if (finding.verdict === "unknown" || failure === "late_refusal" || !decision.retry)
        throw error;
      return undefined;
    }
    if (!decision.retry) throw error;
    await this.#pause(error, attempt, decision.waitMs);
    return undefined;
  }

  #failureOf(error: PaymasterError): Failure {
    if (error instanceof RateLimitError) {
      // With a planner the sender itself has waited for the quota, as long as it may.
      return this.#context.sender.quota === undefined ? "busy" : "final";
    }
    if (isTransient(error)) return "lost";
    if (error instanceof MissingScopeError || error instanceof AuthenticationError) return "final";
    if (!(error instanceof ApiError)) return "final";
    if (error.errorName === "idempotencyInProgress") return "busy";
    return this.#wasLost ? "late_refusal" : "final";
  }

  #decide(error: PaymasterError, failure: Failure, attempt: number) {
    const { retry } = this.#context.sender;
    if (failure === "busy" && !(error instanceof RateLimitError)) {
      return { retry: attempt < retry.maxAttempts, waitMs: IN_PROGRESS_WAIT_MS };
    }
    const failed = { effect: "read", attempt, error, jitter: Math.random() } as const;
    const decision = shouldRetry(failed, retry);
    return decision.retry ? decision : { retry: false, waitMs: 0 };
  }

  async #pause(error: PaymasterError, attempt: number, waitMs: number): Promise<void> {
    const { sender } = this.#context;
    const { id, method, path } = this.#plan;
    const url = sender.baseUrl + expandPath(path, this.#input);
    const event = { operation: id, method, url, attempt, error, waitMs };
    notify(sender.hooks.onRetry, () => event);
    await sleep(waitMs, this.options.signal, id);
  }

  async #takesKeys(): Promise<boolean> {
    const { takesKeys, document } = this.#context;
    if (takesKeys !== undefined) return takesKeys;
    const { retry } = this.#context.sender;
    const { signal } = this.options;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await document.takes(this.#plan, "idempotency-key", signal);
      } catch (error) {
        if (error instanceof AbortError) throw error;
        // It cannot be asked: then the account itself must tell.
        if (attempt >= retry.maxAttempts) return false;
        await sleep(retry.baseDelayMs, signal, this.#plan.id);
      }
    }
  }

  async #lookUp(): Promise<Found> {
    let last: Answer<unknown> | undefined;
    const { signal, timeoutMs, priority, maxWaitMs, flow } = this.options;
    const lookUp: LookUp = async (tool, input) => {
      const options = { signal, timeoutMs, priority, maxWaitMs, flow };
      last = await this.#context.lookUp(tool, input, options);
      return last;
    };
    const sinceMs = performance.now() - this.#startedMs;
    const judge = evidence[this.#plan.tool as WritingTool];
    let finding: Finding;
    try {
      finding = await judge({ input: this.#input, sinceMs }, lookUp);
    } catch (error) {
      if (!(error instanceof PaymasterError) || error instanceof AbortError) throw error;
      // It could not be looked at: what has become of the write stays unknown.
      return { verdict: "unknown" };
    }
    if (finding.verdict !== "happened") return finding;
    const { status = 200, headers = new Headers(), rateLimit, trackingId } = last ?? {};
    const shown = { status, headers, rateLimit, trackingId, attempts: 0, isLookedUp: true };
    return { verdict: "happened", answer: { data: finding.data, ...shown } };
  }
}

type Found =
  | { readonly verdict: "happened"; readonly answer: Answer<unknown> }
  | { readonly verdict: "missing" | "unknown" };

/** Not `randomUUID`, which browsers have on secure pages only. */
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
