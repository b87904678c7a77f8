/**
 * Reading for reports: what cannot be read becomes a sentence in the report instead of its end, and
 * what may be asked for only rarely is remembered.
 */
import { AbortError, type Output, RateLimitError } from "@paymaster/client";
import { type Operation, operations, type ToolName } from "@paymaster/contract";
import { canonicalJson } from "../confirmation.js";
import { explainError } from "../explain-error.js";
import type { ServiceClient } from "../service-client.js";

export type Reading<T> =
  | {
      readonly ok: true;
      readonly data: T;
      /** The service's time, ISO. */
      readonly readAt: string;
      /** The quota is closed; this is what was read before. */
      readonly fromMemory: boolean;
      /** Of the quota that the call was counted under, where the service told. */
      readonly quota: { readonly limit: number; readonly remaining: number } | undefined;
    }
  | {
      readonly ok: false;
      readonly problem: string;
      readonly error: unknown;
    };

/** How far a call may be put off for the quota; the client's usual otherwise. */
export interface Turn {
  readonly priority: "interactive" | "background";
  readonly maxWaitMs: number;
}

export interface Reader {
  /** Rejects only when the signal is aborted. */
  read<T extends ToolName>(
    tool: T,
    input: Readonly<Record<string, string>>,
    signal: AbortSignal,
    turn?: Turn,
  ): Promise<Reading<Output<T>>>;
  /** Whether reports may use the operation. */
  offers(tool: ToolName): boolean;
}

export interface ReaderOptions {
  readonly client: ServiceClient;
  readonly credentialOrigin: string;
  /** Names of the configuration's operations. */
  readonly offered: ReadonlySet<string>;
}

type Remembered = Extract<Reading<unknown>, { ok: true }>;

const MAX_REMEMBERED = 200;

export function createReader({ client, credentialOrigin, offered }: ReaderOptions): Reader {
  const remembered = new Map<string, Remembered>();
  const known: Readonly<Record<string, Operation>> = operations;

  /** The list of sub accounts is no billing operation, so a configuration like the seed cannot name it. */
  function offers(tool: ToolName): boolean {
    return offered.has(tool) || known[tool]?.group !== "billing";
  }

  async function ask(
    operation: Operation,
    input: Readonly<Record<string, string>>,
    signal: AbortSignal,
    turn: Turn | undefined,
  ): Promise<Reading<unknown>> {
    const key = `${operation.tool} ${canonicalJson(input)}`;
    try {
      const answer = await client.request(operation.tool, input, { signal, ...turn });
      const { limit, remaining } = answer.rateLimit ?? {};
      const reading: Remembered = {
        ok: true,
        data: answer.data,
        readAt: readAtOf(answer.headers),
        fromMemory: false,
        quota: limit === undefined || remaining === undefined ? undefined : { limit, remaining },
      };
      if (isRare(operation)) remember(key, reading);
      return reading;
    } catch (error) {
      if (error instanceof AbortError) throw error;
      const before = remembered.get(key);
      if (error instanceof RateLimitError && before !== undefined) {
        return { ...before, fromMemory: true };
      }
      return { ok: false, error, problem: explainError(error, { operation, credentialOrigin }) };
    }
  }

  function remember(key: string, reading: Remembered): void {
    remembered.delete(key);
    const [oldest] = remembered.keys();
    if (oldest !== undefined && remembered.size >= MAX_REMEMBERED) remembered.delete(oldest);
    remembered.set(key, reading);
  }

  return {
    offers,
    async read<T extends ToolName>(
      tool: T,
      input: Readonly<Record<string, string>>,
      signal: AbortSignal,
      turn?: Turn,
    ) {
      if (!offers(tool)) return notOffered(tool);
      // The client types its answers by the tool's name; here the name is a variable.
      return (await ask(operations[tool], input, signal, turn)) as Reading<Output<T>>;
    },
  };
}

/** Told once for a whole report that would need the operation for each account. */
export function notOffered(tool: ToolName): Extract<Reading<unknown>, { ok: false }> {
  const problem = `The configuration of this server does not offer ${tool}.`;
  return { ok: false, error: undefined, problem };
}

function isRare({ specialLimits }: Operation): boolean {
  return specialLimits["2021"].length > 0 || specialLimits["2026"].length > 0;
}

function readAtOf(headers: Headers): string {
  const ms = Date.parse(headers.get("date") ?? "");
  return new Date(Number.isNaN(ms) ? Date.now() : ms).toISOString();
}
