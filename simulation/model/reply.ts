/** What the model expects to be answered. Error texts are the contract's; when they apply is the model's. */
import {
  type OperationErrorName,
  operations,
  type ToolName,
  type WireError,
  type WireProfile,
} from "@paymaster/contract";

export interface Reply {
  readonly status: number;
  /** Compared whole; undefined: not predicted. */
  readonly body: unknown;
  /** Only the top-level members that are predicted are compared. */
  readonly partial?: true;
}

/** A refusal by its name in the contract, with what fills its placeholders. */
export interface Refusal {
  readonly refused: string;
  readonly params: Readonly<Record<string, string | number>>;
}

export function refuse<T extends ToolName>(
  _tool: T,
  error: OperationErrorName<T>,
  params: Refusal["params"] = {},
): Refusal {
  return { refused: error, params };
}

export function isRefusal(outcome: object): outcome is Refusal {
  return "refused" in outcome;
}

/** The reply that says so. */
export function errorReply(
  tool: ToolName,
  { refused, params }: Refusal,
  profile: WireProfile,
): Reply {
  const errors: Readonly<Record<string, WireError>> = operations[tool].errors;
  const error = errors[refused];
  if (error === undefined) throw new Error(`${tool} has no error ${refused}`);
  const text = profile === "2026" ? (error.message2026 ?? error.message) : error.message;
  const message = text.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = params[name];
    if (value === undefined) throw new Error(`${tool} ${refused}: nothing for {${name}}`);
    return String(value);
  });
  return { status: error.status[profile], body: { code: error.code, message } };
}

/** An error that every operation may answer with. */
export function wireReply(error: WireError, profile: WireProfile): Reply {
  return { status: error.status[profile], body: { code: error.code, message: error.message } };
}

/** Says which members are wrong, too; those are the server's words. */
export const INVALID: Reply = {
  status: 400,
  body: { code: 300, message: "Validation Failed." },
  partial: true,
};

export function successReply(tool: ToolName, profile: WireProfile, body: unknown): Reply {
  return { status: operations[tool].response.status[profile], body };
}

/** Refusals of the operator's API: its texts are not part of any contract, so only the rest is predicted. */
const OPERATOR = {
  unknown: { status: 404, body: { code: 2001 }, partial: true },
  bad: { status: 400, body: { code: 300 }, partial: true },
  conflict: { status: 409, body: { code: 409 }, partial: true },
} as const;

export function operatorRefusal(kind: keyof typeof OPERATOR): Reply {
  return OPERATOR[kind];
}

export function operatorReply(status: number, body: unknown): Reply {
  return { status, body, partial: true };
}
