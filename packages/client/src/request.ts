/** The sender: the one place where a call becomes HTTP requests. */
import type { Authentication, AuthenticationContext, OutgoingRequest } from "./auth.js";
import { createDeadline, type Deadline, sleep } from "./deadline.js";
import { AuthenticationError, NetworkError, PaymasterError, RateLimitError } from "./errors.js";
import { type Hooks, notify, type RequestEvent } from "./hooks.js";
import type { OperationPlan } from "./operation-plan.js";
import type { Priority, QuotaPlanner, Turn } from "./planner/types.js";
import { answerDateMs, type RateLimit, readRateLimit } from "./rate-limit.js";
import { type ReadLimits, readAnswer, trackingId } from "./response.js";
import { type RetryPolicy, shouldRetry } from "./retry.js";
import { askServiceTime } from "./service-time.js";
import { buildQuery, expandPath, type ParameterValues } from "./url.js";

/** What all calls of one client share. */
export interface Sender {
  /** Without a final slash. */
  readonly baseUrl: string;
  readonly authentication: Authentication;
  readonly fetch: typeof fetch;
  readonly timeoutMs: number;
  readonly retry: RetryPolicy;
  readonly limits: ReadLimits;
  readonly hooks: Hooks;
  readonly quota: QuotaPlanner | undefined;
  readonly now: () => number;
}

/** What one call may set. */
export interface SendOptions {
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
  readonly idempotencyKey?: string | undefined;
  readonly preview?: boolean | undefined;
  readonly priority?: Priority | undefined;
  readonly maxWaitMs?: number | undefined;
  readonly flow?: string | undefined;
  readonly retryWrites?: boolean | undefined;
}

/** A success with what came along. */
export interface Answer<Data> {
  readonly data: Data;
  readonly status: number;
  readonly headers: Headers;
  readonly rateLimit: RateLimit | undefined;
  readonly trackingId: string | undefined;
  /** How often the call was sent. */
  readonly attempts: number;
  /**
   * The write's own answer was lost, and reading has shown that the write was made: `data` says what that
   * answer must have been, the rest is of the reading.
   */
  readonly isLookedUp?: boolean | undefined;
}

interface PreparedCall {
  readonly plan: OperationPlan;
  readonly input: ParameterValues;
  readonly options: SendOptions;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly fallbackName: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * Sends a call until it succeeds or `shouldRetry` says no.
 * @param input path and query parameters by name, and `body`
 * @throws PaymasterError; TypeError for input that cannot be sent
 */
export async function send(
  sender: Sender,
  plan: OperationPlan,
  input: ParameterValues,
  options: SendOptions,
): Promise<Answer<unknown>> {
  const call = prepare(sender, plan, input, options);
  let refusal: RateLimitError | undefined;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await sendOnce(sender, call, attempt);
    } catch (error) {
      if (!(error instanceof PaymasterError)) throw error;
      if (error instanceof RateLimitError) {
        // Once refused, a call ends in what the service said, not in what the planner concludes.
        if (!error.sent) throw refusal ?? error;
        refusal = error;
      }
      const isPlanned = sender.quota !== undefined;
      // A preview changes nothing, whatever the operation does.
      const effect = options.preview === true ? "read" : plan.effect;
      const failed = { effect, attempt, error, jitter: Math.random(), isPlanned };
      const decision = shouldRetry(failed, sender.retry);
      if (!decision.retry) throw error;
      const { waitMs } = decision;
      notify(sender.hooks.onRetry, () => ({ ...requestEvent(call, attempt), error, waitMs }));
      await sleep(waitMs, call.signal, plan.id);
    }
  }
}

function prepare(
  sender: Sender,
  plan: OperationPlan,
  input: ParameterValues,
  options: SendOptions,
): PreparedCall {
  const timeoutMs = options.timeoutMs ?? sender.timeoutMs;
  assertTimeout(timeoutMs);
  const headers: Record<string, string> = {
    accept: plan.answers === "pdf" ? "application/pdf, application/json" : "application/json",
  };
  if (input.body !== undefined) headers["content-type"] = "application/json";
  if (options.preview === true) headers.prefer = "preview";
  if (options.idempotencyKey !== undefined) {
    headers["idempotency-key"] = checkedIdempotencyKey(options.idempotencyKey);
  }
  const query = buildQuery(plan.queryNames, input);
  return {
    plan,
    input,
    options,
    url: sender.baseUrl + expandPath(plan.path, input) + query,
    headers,
    body: input.body === undefined ? undefined : JSON.stringify(input.body),
    fallbackName: `${String(input[plan.pathNames.at(-1) ?? ""] ?? plan.id)}.pdf`,
    timeoutMs,
    signal: options.signal,
  };
}

/** Timers hold 31 bits: a larger number would fire at once. */
export function assertTimeout(timeoutMs: number): void {
  if (!Number.isFinite(timeoutMs) || timeoutMs <= 0 || timeoutMs > 2 ** 31 - 1) {
    throw new TypeError("timeoutMs must be a number above 0 and below 2^31");
  }
}

function checkedIdempotencyKey(key: string): string {
  if (/^[\x21-\x7e]{1,255}$/.test(key)) return key;
  throw new TypeError("idempotencyKey must be 1 to 255 visible ASCII characters");
}

/** One sending, and a second one when the credential was refused and could be renewed. */
async function sendOnce(
  sender: Sender,
  call: PreparedCall,
  attempt: number,
): Promise<Answer<unknown>> {
  // Waiting for a turn is no part of the time limit, and a token could end meanwhile: so it comes first.
  let turn = await takeTurn(sender, call);
  const deadline = createDeadline(call.timeoutMs, call.signal, call.plan.id);
  const context: AuthenticationContext = {
    fetch: sender.fetch,
    now: sender.now,
    timeoutMs: call.timeoutMs,
    signal: deadline.signal,
  };
  const authentication = sender.authentication;
  let downloading = false;
  try {
    const outgoing = outgoingRequest(call);
    const credential = await authentication.apply(outgoing, context);
    let answer: Answer<unknown>;
    try {
      answer = await exchange(sender, call, outgoing, attempt, deadline, turn);
    } catch (error) {
      // A refused credential means that nothing was carried out: even a write may be sent again.
      if (!(error instanceof AuthenticationError) || error.status !== 401) throw error;
      if ((await authentication.renew?.(credential, context)) !== true) throw error;
      if (turn !== undefined) {
        deadline.pause();
        turn = await takeTurn(sender, call);
        deadline.restart();
      }
      const renewed = outgoingRequest(call);
      await authentication.apply(renewed, context);
      answer = await exchange(sender, call, renewed, attempt, deadline, turn);
    }
    downloading = call.plan.answers === "pdf";
    return answer;
  } catch (error) {
    throw asPaymasterError(error, sender, call, deadline);
  } finally {
    turn?.unsent();
    // A download's stream releases the deadline when it ends.
    if (!downloading) deadline.release();
  }
}

/** @returns undefined without a planner */
function takeTurn(sender: Sender, call: PreparedCall): Promise<Turn> | undefined {
  const { plan, input, options } = call;
  const { signal, priority, maxWaitMs, flow } = options;
  const askTime = () => askServiceTime(sender.baseUrl, sender.fetch);
  const turn = { signal, priority, maxWaitMs, flow, askTime };
  return sender.quota?.turn({ tool: plan.tool, input }, turn);
}

function outgoingRequest(call: PreparedCall): OutgoingRequest {
  return { url: call.url, headers: { ...call.headers } };
}

async function exchange(
  sender: Sender,
  call: PreparedCall,
  outgoing: OutgoingRequest,
  attempt: number,
  deadline: Deadline,
  turn: Turn | undefined,
): Promise<Answer<unknown>> {
  const { plan } = call;
  notify(sender.hooks.onRequest, () => requestEvent(call, attempt));
  const startedMs = performance.now();
  let response: Response;
  try {
    response = await sender.fetch(outgoing.url, {
      method: plan.method,
      headers: outgoing.headers,
      body: call.body ?? null,
      // Following a redirect would hand a key in a custom header to whatever host it names.
      redirect: "manual",
      signal: deadline.signal,
    });
  } catch (error) {
    turn?.lost();
    throw error;
  }
  const localNowMs = sender.now();
  const dateMs = answerDateMs(response.headers);
  const seen = {
    status: response.status,
    trackingId: trackingId(response.headers),
    rateLimit: readRateLimit(response.headers, dateMs ?? localNowMs),
  };
  const durationMs = performance.now() - startedMs;
  notify(sender.hooks.onResponse, () => {
    return { ...requestEvent(call, attempt), ...seen, durationMs };
  });
  const options = { fallbackName: call.fallbackName, localNowMs };
  const answer = { dateMs, rateLimit: seen.rateLimit };
  try {
    const data = await readAnswer(response, plan, deadline, sender.limits, options);
    turn?.answered(answer);
    return { data, ...seen, headers: response.headers, attempts: attempt };
  } catch (error) {
    if (error instanceof RateLimitError) turn?.refused(answer, isDaily(error));
    else turn?.answered(answer);
    throw error;
  }
}

/** undefined: neither header nor message tells. */
function isDaily({ rateLimit, errorName }: RateLimitError): boolean | undefined {
  if (rateLimit?.type !== undefined) return rateLimit.type === "Daily-limit";
  if (errorName === "dailyLimit") return true;
  return errorName === "perSecondLimit" ? false : undefined;
}

function requestEvent(call: PreparedCall, attempt: number): RequestEvent {
  return { operation: call.plan.id, method: call.plan.method, url: call.url, attempt };
}

function asPaymasterError(
  error: unknown,
  sender: Sender,
  call: PreparedCall,
  deadline: Deadline,
): PaymasterError {
  if (deadline.signal.aborted && error === deadline.signal.reason) {
    return deadline.signal.reason as PaymasterError;
  }
  if (error instanceof PaymasterError) return error;
  if (deadline.signal.aborted) return deadline.signal.reason as PaymasterError;
  const message = `no answer from ${new URL(sender.baseUrl).origin}: ${rootCause(error)}`;
  return new NetworkError(message, { operation: call.plan.id, cause: error });
}

/** `fetch failed` says nothing; the runtime keeps the reason (ECONNREFUSED, ...) in `cause`. */
function rootCause(error: unknown): string {
  let current = error;
  for (let depth = 0; depth < 5; depth += 1) {
    const { cause } = (current ?? {}) as { cause?: unknown };
    if (cause === undefined || cause === null) break;
    current = cause;
  }
  const { code, message } = (current ?? {}) as { code?: unknown; message?: unknown };
  if (typeof code === "string") return code;
  return typeof message === "string" && message !== "" ? message : String(current);
}
