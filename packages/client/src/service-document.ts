/**
 * What the service says of itself, in its OpenAPI document: which of its operations take the headers
 * that are Paymaster's own. Any other service would ignore them, and carry out what was only asked about.
 */
import { profileOfDocument, type WireProfile } from "@paymaster/contract";
import { readBytes } from "./body.js";
import { createDeadline, waitFor } from "./deadline.js";
import { NetworkError, PaymasterError } from "./errors.js";
import type { OperationPlan } from "./operation-plan.js";

export type ExtraHeader = "prefer: preview" | "idempotency-key";

export interface ServiceDocument {
  /**
   * The document is read at most once; when it cannot be fetched this throws that failure, and the next
   * question asks anew.
   * @throws PaymasterError
   */
  takes(
    plan: Pick<OperationPlan, "id" | "method" | "path">,
    header: ExtraHeader,
    signal: AbortSignal | undefined,
  ): Promise<boolean>;
}

const MAX_DOCUMENT_BYTES = 8 * 1024 * 1024;
const PROFILE_TIMEOUT_MS = 10_000;

/** @param baseUrl of the API, without a final slash; the document is `openapi.json` beside it */
export function createServiceDocument(
  baseUrl: string,
  send: typeof fetch,
  timeoutMs: number,
): ServiceDocument {
  let taken: Promise<ReadonlySet<string>> | undefined;

  return {
    async takes(plan, header, signal) {
      taken ??= readDocument(baseUrl, send, timeoutMs, undefined)
        .then(takenIn)
        .catch((error: unknown) => {
          taken = undefined;
          throw error;
        });
      const deadline = createDeadline(timeoutMs, signal, plan.id);
      try {
        const all = await waitFor(taken, deadline.signal);
        return all.has(`${plan.method} ${plan.path} ${header}`);
      } finally {
        deadline.release();
      }
    },
  };
}

/**
 * The generation that the service at `baseUrl` speaks, as its OpenAPI document says; undefined when it has
 * none, or another one. Limits and labels differ by it.
 * @throws PaymasterError when the service does not answer
 */
export async function findServiceProfile(
  baseUrl: string,
  signal?: AbortSignal,
): Promise<WireProfile | undefined> {
  const address = baseUrl.replace(/\/+$/, "");
  return profileOfDocument(await readDocument(address, fetch, PROFILE_TIMEOUT_MS, signal));
}

/** @returns undefined when there is no such document */
async function readDocument(
  baseUrl: string,
  send: typeof fetch,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<unknown> {
  const deadline = createDeadline(timeoutMs, signal, undefined);
  try {
    const url = new URL("../openapi.json", `${baseUrl}/`);
    const response = await send(url, { redirect: "manual", signal: deadline.signal });
    const bytes = await readBytes(response, MAX_DOCUMENT_BYTES);
    return response.status === 200 ? parseJson(bytes) : undefined;
  } catch (cause) {
    if (cause instanceof PaymasterError) throw cause;
    throw new NetworkError("the service's OpenAPI document cannot be fetched", { cause });
  } finally {
    deadline.release();
  }
}

/** `METHOD path header` of each header that an operation takes. */
function takenIn(document: unknown): ReadonlySet<string> {
  const taken = new Set<string>();
  for (const [path, methods] of entriesOf(member(document, "paths"))) {
    for (const [method, operation] of entriesOf(methods)) {
      const parameters = member(operation, "parameters");
      for (const header of Array.isArray(parameters) ? parameters.flatMap(headersIn) : []) {
        taken.add(`${method.toUpperCase()} ${path} ${header}`);
      }
    }
  }
  return taken;
}

/** A header `Prefer` counts if its description mentions `preview`: it has other uses as well. */
function headersIn(parameter: unknown): ExtraHeader[] {
  if (member(parameter, "in") !== "header") return [];
  const name = String(member(parameter, "name")).toLowerCase();
  if (name === "idempotency-key") return [name];
  const previews = name === "prefer" && JSON.stringify(parameter).includes("preview");
  return previews ? ["prefer: preview"] : [];
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
