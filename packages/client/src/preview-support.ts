/**
 * `Prefer: preview` is Paymaster's own. Any other service would ignore the header and carry the
 * write out, so the client sends it only where the service's own OpenAPI document says that the
 * operation takes it.
 */
import { readBytes } from "./body.js";
import { createDeadline, waitFor } from "./deadline.js";
import { NetworkError, PaymasterError } from "./errors.js";
import type { OperationPlan } from "./operation-plan.js";

/** The service does not offer a preview of this operation; nothing was sent to it. */
export class PreviewUnsupportedError extends PaymasterError {
  override readonly name = "PreviewUnsupportedError";
}

/** Settles when the service offers a preview of the operation. @throws PreviewUnsupportedError */
export type PreviewCheck = (
  plan: Pick<OperationPlan, "id" | "method" | "path">,
  signal: AbortSignal | undefined,
) => Promise<void>;

const MAX_DOCUMENT_BYTES = 8 * 1024 * 1024;

/**
 * @param baseUrl of the API, without a final slash; the document is `openapi.json` beside it
 * @param known what the caller says; undefined: the document is read, at most once
 * @returns a check; when the document cannot be fetched it throws that failure, and asks anew next time
 */
export function createPreviewCheck(
  baseUrl: string,
  send: typeof fetch,
  timeoutMs: number,
  known: boolean | undefined,
): PreviewCheck {
  let previewed: Promise<ReadonlySet<string>> | undefined;

  async function readDocument(): Promise<ReadonlySet<string>> {
    const deadline = createDeadline(timeoutMs, undefined, undefined);
    try {
      const url = new URL("../openapi.json", `${baseUrl}/`);
      const response = await send(url, { redirect: "manual", signal: deadline.signal });
      const bytes = await readBytes(response, MAX_DOCUMENT_BYTES);
      return previewedIn(response.status === 200 ? parseJson(bytes) : undefined);
    } catch (cause) {
      if (cause instanceof PaymasterError) throw cause;
      throw new NetworkError("the service's OpenAPI document cannot be fetched", { cause });
    } finally {
      deadline.release();
    }
  }

  async function isOffered(
    plan: Pick<OperationPlan, "id" | "method" | "path">,
    signal: AbortSignal | undefined,
  ): Promise<boolean> {
    if (known !== undefined) return known;
    previewed ??= readDocument().catch((error: unknown) => {
      previewed = undefined;
      throw error;
    });
    const deadline = createDeadline(timeoutMs, signal, plan.id);
    try {
      const offered = await waitFor(previewed, deadline.signal);
      return offered.has(`${plan.method} ${plan.path}`);
    } finally {
      deadline.release();
    }
  }

  return async (plan, signal) => {
    if (await isOffered(plan, signal)) return;
    const message = `the service at ${baseUrl} does not say that it previews this operation`;
    throw new PreviewUnsupportedError(message, { operation: plan.id });
  };
}

/** `METHOD path` of each operation with a header parameter `Prefer` that mentions `preview`. */
function previewedIn(document: unknown): ReadonlySet<string> {
  const previewed = new Set<string>();
  for (const [path, methods] of entriesOf(member(document, "paths"))) {
    for (const [method, operation] of entriesOf(methods)) {
      const parameters = member(operation, "parameters");
      if (Array.isArray(parameters) && parameters.some(asksForPreview)) {
        previewed.add(`${method.toUpperCase()} ${path}`);
      }
    }
  }
  return previewed;
}

function asksForPreview(parameter: unknown): boolean {
  if (member(parameter, "in") !== "header") return false;
  const name = String(member(parameter, "name")).toLowerCase();
  return name === "prefer" && JSON.stringify(parameter).includes("preview");
}

function entriesOf(value: unknown): [string, unknown][] {
  return typeof value === "object" && value !== null ? Object.entries(value) : [];
}

function member(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}
