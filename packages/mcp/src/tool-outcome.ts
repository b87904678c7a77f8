/** What came of a call: the assistant's result, and what the audit file says about it. */
import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import type { Preview } from "@paymaster/client";
import type { AuditEntry } from "./audit.js";
import type { Confirmations } from "./confirmation.js";
import type { ServiceClient } from "./service-client.js";
import type { Spending } from "./spending.js";
import type { Tool } from "./tools.js";
import type { Validators } from "./validators.js";

export interface ToolOutcome {
  readonly result: CallToolResult;
  readonly outcome: AuditEntry["outcome"];
  /** The preview's total, in major units. */
  readonly amount?: number;
  readonly currency?: string;
}

export interface ToolServices {
  readonly client: ServiceClient;
  readonly confirmations: Confirmations<Preview>;
  readonly spending: Spending;
  readonly validators: Validators;
  readonly credentialOrigin: string;
  readonly now: () => number;
}

export type Arguments = Readonly<Record<string, unknown>>;

/** One call of a tool, its arguments checked. */
export interface ToolCall {
  readonly tool: Tool;
  readonly arguments: Arguments;
  readonly signal: AbortSignal;
  /**
   * Writes to the audit file that a change is about to be sent.
   * @returns false when that failed: the change must not be sent
   */
  readonly recordStart: (cost: { readonly amount?: number; readonly currency?: string }) => boolean;
}

export function failed(outcome: "refused" | "error" | "cancelled", text: string): ToolOutcome {
  return { outcome, result: { isError: true, content: [{ type: "text", text }] } };
}
