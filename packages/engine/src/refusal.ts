/** Commands that cannot be carried out, as values. */
import type { OperationErrorName, ToolName } from "@paymaster/contract";

/** Operations that the engine decides about, by the name of their tool. */
export type EngineTool = Extract<
  ToolName,
  | "account_billing_update"
  | "account_options_update"
  | "account_plan_create"
  | "account_plan_addon_create"
  | "account_plan_addon_update"
  | "account_plan_addon_cancel"
  | "account_plan_base_update"
  | "account_plan_base_delete"
>;

/** Names of the errors that refusals may carry: those of the operations' contracts. */
export type RefusalName = { [T in EngineTool]: OperationErrorName<T> }[EngineTool];

/**
 * Why a command is refused. `error` names an error of the operation's contract; the server turns it into
 * the wire's code, message and status, and fills the placeholders that name the account.
 */
export interface Refusal<Name extends RefusalName = RefusalName> {
  readonly ok: false;
  readonly error: Name;
  /** Values of the message's placeholders. */
  readonly params: Readonly<Record<string, string | number>>;
}

/** Makes refusals of one operation: a name that its contract does not have does not compile. */
export function refusalOf<Tool extends EngineTool>(_tool: Tool) {
  return <Name extends OperationErrorName<Tool> & RefusalName>(
    error: Name,
    params: Readonly<Record<string, string | number>> = {},
  ): Refusal<Name> => ({ ok: false, error, params });
}
