/** The client: a method for each operation of the contract, all over one sender. */
import { commonErrors, operations, type ToolName } from "@paymaster/contract";
import type { Authentication } from "./auth.js";
import { UnexpectedResponseError } from "./errors.js";
import type { Hooks } from "./hooks.js";
import type { Call, OperationMethods, Request } from "./methods.js";
import { type OperationPlan, planOperation } from "./operation-plan.js";
import type { QuotaPlanner } from "./planner/types.js";
import { createPreviewCheck } from "./preview-support.js";
import { type Answer, assertTimeout, type Sender, type SendOptions, send } from "./request.js";
import { DEFAULT_RETRY_POLICY, type RetryPolicy } from "./retry.js";
import { sendSafely } from "./safe-write.js";
import { createServiceDocument } from "./service-document.js";
import { normalizeBaseUrl, type ParameterValues } from "./url.js";

export interface ClientOptions {
  /** E.g. `https://api.zoom.us/v2`, or `base_url` of Paymaster's credentials file. */
  readonly baseUrl: string;
  readonly authentication: Authentication;
  /** For one sending of a call, answer included. Default 30 s. */
  readonly timeoutMs?: number | undefined;
  readonly retry?: Partial<RetryPolicy> | undefined;
  /** The largest JSON answer that is read. Default 8 MiB. */
  readonly maxJsonBytes?: number | undefined;
  /** The largest PDF that is read. Default 64 MiB. */
  readonly maxPdfBytes?: number | undefined;
  /**
   * Whether the service answers `Prefer: preview`. A service that does not know it makes the change
   * instead, so true is only for one that is Paymaster. Default: what its OpenAPI document says.
   */
  readonly offersPreviews?: boolean | undefined;
  /**
   * Writes whose answer is lost are found out about and, if they were not made, made again: see "Writes"
   * in the README. Default false: they end in NetworkError or TimeoutError at once.
   */
  readonly retryWrites?: boolean | undefined;
  /**
   * Whether the service takes an Idempotency-Key. Default: what its OpenAPI document says. Only with
   * `retryWrites`.
   */
  readonly takesIdempotencyKeys?: boolean | undefined;
  /** Gives each call its turn under all rate limits. Clients of one account share one planner. */
  readonly quota?: QuotaPlanner | undefined;
  readonly hooks?: Hooks | undefined;
  /** In place of the global one, e.g. with a proxy or a pool of connections. */
  readonly fetch?: typeof fetch | undefined;
  /** Milliseconds since 1970: when tokens are renewed. */
  readonly now?: (() => number) | undefined;
}

export interface PaymasterClient extends OperationMethods {
  readonly baseUrl: string;
  /** By the operation's tool name, with what came along: status, headers, quota, attempts. */
  readonly call: Call;
  /** As `call`, for a tool name that is only known at run time. */
  readonly request: Request;
}

const DEFAULT_TIMEOUT_MS = 30_000;
const DEFAULT_MAX_JSON_BYTES = 8 * 1024 * 1024;
const DEFAULT_MAX_PDF_BYTES = 64 * 1024 * 1024;

/**
 * @throws TypeError for options that cannot work; nothing is sent yet
 * @example
 * const client = createClient({ baseUrl, authentication: bearerToken(token) });
 * const usage = await client.getPlanUsage({ accountId: "me" });
 */
export function createClient(options: ClientOptions): PaymasterClient {
  const sender = createSender(options);
  const { baseUrl, timeoutMs } = sender;
  const document = createServiceDocument(baseUrl, sender.fetch, timeoutMs);
  const checkPreviews = createPreviewCheck(baseUrl, document, options.offersPreviews);
  const safeWrites = {
    sender,
    document,
    takesKeys: options.takesIdempotencyKeys,
    lookUp: request,
  };
  const plans = planAll();

  async function request(
    tool: string,
    input: ParameterValues = {},
    callOptions: SendOptions = {},
  ): Promise<Answer<unknown>> {
    const plan = plans.get(tool);
    if (plan === undefined) throw new TypeError(`no operation is called ${JSON.stringify(tool)}`);
    if (callOptions.preview !== true) {
      const retryWrites = callOptions.retryWrites ?? options.retryWrites ?? false;
      const isSafe = retryWrites && plan.effect !== "read";
      return isSafe
        ? sendSafely(safeWrites, plan, input, callOptions)
        : send(sender, plan, input, callOptions);
    }
    assertWrites(plan);
    await checkPreviews(plan, callOptions.signal);
    return assertPreview(await send(sender, plan, input, callOptions), plan);
  }

  const methods = Object.fromEntries(
    Array.from(plans, ([tool, plan]) => [
      plan.id,
      async (input?: ParameterValues, callOptions?: SendOptions) =>
        (await request(tool, input, callOptions)).data,
    ]),
  );
  // The loop above gives each operation its method; the mapped type says the same to the compiler.
  const client = { ...methods, baseUrl, call: request, request };
  return client as unknown as PaymasterClient;
}

function createSender(options: ClientOptions): Sender {
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  assertTimeout(timeoutMs);
  return {
    baseUrl: normalizeBaseUrl(options.baseUrl),
    authentication: options.authentication,
    // Looked up at each call: tests and instrumentation replace the global one later.
    fetch: options.fetch ?? ((...args) => fetch(...args)),
    timeoutMs,
    retry: { ...DEFAULT_RETRY_POLICY, ...options.retry },
    limits: {
      maxJsonBytes: options.maxJsonBytes ?? DEFAULT_MAX_JSON_BYTES,
      maxPdfBytes: options.maxPdfBytes ?? DEFAULT_MAX_PDF_BYTES,
    },
    hooks: options.hooks ?? {},
    quota: options.quota,
    now: options.now ?? Date.now,
  };
}

const RESERVED_NAMES = new Set(["baseUrl", "call", "request", "then"]);

function planAll(): ReadonlyMap<string, OperationPlan> {
  const plans = new Map<string, OperationPlan>();
  for (const tool of Object.keys(operations) as ToolName[]) {
    const plan = planOperation(operations[tool], commonErrors);
    if (RESERVED_NAMES.has(plan.id)) throw new Error(`no method may be called ${plan.id}`);
    plans.set(tool, plan);
  }
  return plans;
}

function assertWrites(plan: OperationPlan): void {
  if (plan.effect === "read") throw new TypeError(`${plan.id} changes nothing to preview`);
}

/** A service that took a preview for the write itself must not pass unnoticed. */
function assertPreview(answer: Answer<unknown>, plan: OperationPlan): Answer<unknown> {
  if ((answer.data as { preview?: unknown } | undefined)?.preview === true) return answer;
  throw new UnexpectedResponseError(
    `${plan.id}: a preview was asked for, but the answer is none: the write may have been made`,
    { operation: plan.id, status: answer.status, trackingId: answer.trackingId },
  );
}
