/**
 * Scenarios of errors: what a client does to meet each error of the contract. The tables are keyed by the
 * contract's own names, so that a name that it does not have does not compile; that none is missing is a
 * test.
 */
import type {
  CommonErrorName,
  OperationErrorName,
  TokenErrorName,
  ToolName,
  WireError,
  WireProfile,
} from "@paymaster/contract";
import type { Answer } from "../support/server.js";
import type { Stage } from "./stage.js";

/** An answer that should be the error, and what its message's placeholders should hold. */
export interface Met {
  readonly answer: Answer<unknown>;
  readonly params?: Readonly<Record<string, string | number>>;
  /** The fields of `errors`, in order, where the error brings them. */
  readonly fields?: readonly string[];
}

export type Scenario = (stage: Stage) => Promise<Met>;

export type OperationScenarios = {
  readonly [T in ToolName]: { readonly [Name in OperationErrorName<T>]?: Scenario };
};
export type CommonScenarios = { readonly [Name in CommonErrorName]?: Scenario };
export type TokenScenarios = { readonly [Name in TokenErrorName]?: Scenario };

/** Profiles in which a client can meet the error; none when it says why nobody can. */
export function profilesOf(error: WireError): readonly WireProfile[] {
  if (error.unreachable !== undefined) return [];
  return error.reachableIn ?? ["2021", "2026"];
}

/** The message that the error has in a profile, its placeholders filled. */
export function messageOf(error: WireError, profile: WireProfile, params: Met["params"]): string {
  const template = profile === "2026" ? (error.message2026 ?? error.message) : error.message;
  return template.replace(/\{(\w+)\}/g, (_placeholder, name: string) => {
    const value = params?.[name];
    if (value === undefined) throw new Error(`the scenario does not say what {${name}} is`);
    return String(value);
  });
}
