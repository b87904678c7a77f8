/**
 * The two steps of a change: shown with its price and confirmed, then carried out once, within the
 * spending limits, with a line in the audit file before it is sent.
 */
import {
  AbortError,
  ApiError,
  AuthenticationError,
  NetworkError,
  type Preview,
  PreviewUnsupportedError,
  TimeoutError,
  UnexpectedResponseError,
} from "@paymaster/client";
import { commonErrors } from "@paymaster/contract";
import { CONFIRMATION_LIFETIME_MS, canonicalJson, type PendingChange } from "./confirmation.js";
import { explainError } from "./explain-error.js";
import { overDay, type Reservation, refusalOf, reservationOf, serviceDay } from "./spending.js";
import {
  type Arguments,
  failed,
  type ToolCall,
  type ToolOutcome,
  type ToolServices,
} from "./tool-outcome.js";
import { CONFIRMATION_ARGUMENT } from "./tool-schema.js";
import { describePreview, type WriteResult } from "./write-result.js";

/** A change as it was asked for, and as it would be carried out now. */
interface Change {
  readonly input: Arguments;
  /** Equal changes are equal text. */
  readonly text: string;
}

/** What the service shows of a change. */
interface Shown {
  /** null: the service offers no previews. */
  readonly preview: Preview | null;
  /** The service's date; undefined: its answer told none. */
  readonly day: string | undefined;
}

/** @throws PaymasterError when the service refuses the preview or the change, or gives no answer */
export async function writeWithTool(call: ToolCall, services: ToolServices): Promise<ToolOutcome> {
  const { [CONFIRMATION_ARGUMENT]: confirmation, ...input } = call.arguments;
  const change = { input, text: canonicalJson(input) };
  if (typeof confirmation !== "string") return firstStep(call, change, services);
  const redeemed = services.confirmations.redeem(confirmation, call.tool.name, change.text);
  if (!redeemed.ok) {
    return failed(
      "refused",
      `${REFUSED_CONFIRMATION[redeemed.reason]} Nothing was changed. Call again without confirmation for a new one.`,
    );
  }
  const { pending } = redeemed;
  if (pending.sent) {
    return carryOut(call, change, confirmation, pending, pending.reservation, services);
  }
  const shown = await show(call, input, services);
  if (canonicalJson(shown.preview) !== canonicalJson(pending.preview)) {
    return offer(call, change, shown, services, CHANGED_MEANWHILE);
  }
  const refusal = await refusalOf(shown.preview, shown.day, services.spending);
  if (refusal !== undefined) return overLimit(refusal, shown.preview);
  const { limits, store } = services.spending;
  const reservation = reservationOf(confirmation, shown.preview, shown.day, limits);
  if (reservation !== undefined && (await store?.reserve(reservation)) !== true) {
    const spent = (await store?.spent(reservation.day, reservation.currency)) ?? 0;
    return overLimit(overDay(reservation, spent), shown.preview);
  }
  return carryOut(call, change, confirmation, pending, reservation, services);
}

const REFUSED_CONFIRMATION = {
  unknown: "This confirmation was used already, or was not given by this server.",
  expired: `This confirmation is older than ${CONFIRMATION_LIFETIME_MS / 60_000} minutes.`,
  other_change: "This confirmation belongs to another change: tool and arguments must be the same.",
} as const;

const CHANGED_MEANWHILE =
  "What this change does or costs has changed since it was shown; it was not carried out.\n";

async function firstStep(
  call: ToolCall,
  change: Change,
  services: ToolServices,
): Promise<ToolOutcome> {
  return offer(call, change, await show(call, change.input, services), services, "");
}

/** Shows the change and gives a confirmation for it, if it fits the limits. */
async function offer(
  call: ToolCall,
  change: Change,
  { preview, day }: Shown,
  services: ToolServices,
  prefix: string,
): Promise<ToolOutcome> {
  const { name } = call.tool;
  const refusal = await refusalOf(preview, day, services.spending);
  if (refusal !== undefined) return overLimit(prefix + refusal, preview);
  const confirmation = services.confirmations.issue(name, change.text, preview);
  const expiresAt = new Date(services.now() + CONFIRMATION_LIFETIME_MS).toISOString();
  const result: WriteResult = {
    status: "confirmation_required",
    preview,
    confirmation,
    expires_at: expiresAt,
  };
  const text = `${prefix}${describePreview(name, preview)}
Show this to the person who decides. After their yes, call ${name} again with the same arguments and confirmation "${confirmation}" before ${expiresAt}.`;
  return {
    outcome: "confirmation_required",
    ...costShown(preview),
    result: { content: [{ type: "text", text }], structuredContent: { ...result } },
  };
}

function overLimit(refusal: string, preview: Preview | null): ToolOutcome {
  const text = `${refusal} Nothing was changed. Only the person who runs this server can change its limits.`;
  return { ...failed("refused", text), ...costShown(preview) };
}

function costShown(preview: Preview | null): { amount?: number; currency?: string } {
  return preview === null ? {} : { amount: preview.total_amount, currency: preview.currency };
}

async function carryOut(
  call: ToolCall,
  { input }: Change,
  confirmation: string,
  pending: PendingChange<Preview>,
  reservation: Reservation | undefined,
  services: ToolServices,
): Promise<ToolOutcome> {
  const cost = costShown(pending.preview);
  const giveBack = async () => {
    if (reservation !== undefined) await services.spending.store?.release(reservation);
  };
  if (!call.recordStart(cost)) {
    await giveBack();
    return failed(
      "refused",
      "The audit file cannot be written, so nothing was changed. The person who runs this server has to correct that.",
    );
  }
  try {
    const options = { signal: call.signal, idempotencyKey: confirmation, retryWrites: true };
    const { data } = await services.client.request(call.tool.name, input, options);
    const text = `Done.${data === undefined ? "" : ` ${JSON.stringify(data)}`}`;
    // Anything else would not fit the output schema, and the client would refuse what was done.
    const isObject = typeof data === "object" && data !== null && !Array.isArray(data);
    const result: WriteResult = { status: "done", result: isObject ? data : null };
    return {
      outcome: "done",
      ...cost,
      result: { content: [{ type: "text", text }], structuredContent: { ...result } },
    };
  } catch (error) {
    if (!mayHaveBeenMade(error)) {
      await giveBack();
      throw error;
    }
    // A service that previews is Paymaster, which carries out one idempotency key once.
    if (pending.preview === null) throw error;
    services.confirmations.restore(confirmation, pending, reservation);
    const { operation } = call.tool;
    const told = explainError(error, { operation, credentialOrigin: services.credentialOrigin });
    const outcome = error instanceof AbortError ? "cancelled" : "error";
    return { ...failed(outcome, `${told}\n${REPEAT}`), ...cost };
  }
}

const REPEAT =
  "To find out, call again with the same arguments and the same confirmation: it is carried out now, unless it was before, and never twice.";

const IN_PROGRESS = commonErrors.idempotencyInProgress;

/** Whether the service may have carried the change out in spite of the error. */
function mayHaveBeenMade(error: unknown): boolean {
  if (error instanceof ApiError) {
    return error.status >= 500 || error.message === IN_PROGRESS.message;
  }
  if (error instanceof AuthenticationError) return false;
  return (
    error instanceof TimeoutError ||
    error instanceof NetworkError ||
    error instanceof AbortError ||
    error instanceof UnexpectedResponseError
  );
}

async function show(call: ToolCall, input: Arguments, services: ToolServices): Promise<Shown> {
  const options = { signal: call.signal, preview: true };
  try {
    const { data, headers, status } = await services.client.request(call.tool.name, input, options);
    const problem = services.validators.preview(data);
    if (problem !== undefined) {
      throw new UnexpectedResponseError(`the preview cannot be understood (${problem})`, {
        status,
      });
    }
    return { preview: data as Preview, day: serviceDay(headers) };
  } catch (error) {
    if (error instanceof PreviewUnsupportedError) return { preview: null, day: undefined };
    throw error;
  }
}
