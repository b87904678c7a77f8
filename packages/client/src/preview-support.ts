/**
 * `Prefer: preview` is Paymaster's own. Any other service would ignore the header and carry the
 * write out, so the client sends it only where the service's own OpenAPI document says that the
 * operation takes it.
 */
import { PaymasterError } from "./errors.js";
import type { OperationPlan } from "./operation-plan.js";
import type { ServiceDocument } from "./service-document.js";

/** The service does not offer a preview of this operation; nothing was sent to it. */
export class PreviewUnsupportedError extends PaymasterError {
  override readonly name = "PreviewUnsupportedError";
}

/** Settles when the service offers a preview of the operation. @throws PreviewUnsupportedError */
export type PreviewCheck = (
  plan: Pick<OperationPlan, "id" | "method" | "path">,
  signal: AbortSignal | undefined,
) => Promise<void>;

/**
 * @param baseUrl of the API, for the message
 * @param known what the caller says; undefined: the service's document is asked
 */
export function createPreviewCheck(
  baseUrl: string,
  document: ServiceDocument,
  known: boolean | undefined,
): PreviewCheck {
  return async (plan, signal) => {
    if (known ?? (await document.takes(plan, "prefer: preview", signal))) return;
    const message = `the service at ${baseUrl} does not say that it previews this operation`;
    throw new PreviewUnsupportedError(message, { operation: plan.id });
  };
}
