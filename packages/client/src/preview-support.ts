/**
 * `Prefer: preview` is Paymaster's own. Any other service would ignore the header and carry the
 * write out, so the client sends it only to a service that says what it is.
 */
import { readBytes } from "./body.js";
import { createDeadline, waitFor } from "./deadline.js";
import { PaymasterError } from "./errors.js";

/** The service at this base URL does not offer previews; nothing was sent to the operation. */
export class PreviewUnsupportedError extends PaymasterError {
  override readonly name = "PreviewUnsupportedError";
}

const MAX_HEALTH_BYTES = 16 * 1024;

/**
 * @param baseUrl of the API, without a final slash; the question goes to `healthz` beside it
 * @param known what the caller says; undefined: the service is asked, at most once
 * @returns a function that settles when previews are offered
 * @throws PreviewUnsupportedError, or the failure of the question itself (which is asked anew)
 */
export function createPreviewCheck(
  baseUrl: string,
  send: typeof fetch,
  timeoutMs: number,
  known: boolean | undefined,
): (signal: AbortSignal | undefined, operation: string) => Promise<void> {
  let answer = known === undefined ? undefined : Promise.resolve(known);

  async function ask(): Promise<boolean> {
    const deadline = createDeadline(timeoutMs, undefined, undefined);
    try {
      const url = new URL("../healthz", `${baseUrl}/`);
      const response = await send(url, { redirect: "manual", signal: deadline.signal });
      const text = new TextDecoder().decode(await readBytes(response, MAX_HEALTH_BYTES));
      return response.status === 200 && namesPaymaster(text);
    } finally {
      deadline.release();
    }
  }

  return async (signal, operation) => {
    answer ??= ask().catch((error: unknown) => {
      answer = undefined;
      throw error;
    });
    const supported = await (signal === undefined ? answer : waitFor(answer, signal));
    if (!supported) {
      throw new PreviewUnsupportedError(
        `the service at ${baseUrl} does not say that it offers previews, so none was asked for`,
        { operation },
      );
    }
  };
}

function namesPaymaster(text: string): boolean {
  try {
    return (JSON.parse(text) as { service?: unknown } | null)?.service === "paymaster";
  } catch {
    return false;
  }
}
