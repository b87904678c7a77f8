/** What the request sender needs of an operation, worked out once. */
import type { Operation, WireError } from "@paymaster/contract";
import { createErrorMatcher, type ErrorMatcher } from "./documented-errors.js";
import { pathParameterNames, queryParameterNames } from "./url.js";

export interface OperationPlan {
  /** operationId of the 2021 generation: the method's name. */
  readonly id: string;
  /** Tool name: what the quota planner knows the operation by. */
  readonly tool: string;
  readonly method: Operation["method"];
  readonly path: string;
  readonly effect: Operation["effect"];
  readonly pathNames: readonly string[];
  readonly queryNames: readonly string[];
  /** json: a body must come. nothing: one may come (2026 echoes where 2021 is silent). */
  readonly answers: "json" | "nothing" | "pdf";
  readonly errorName: ErrorMatcher;
}

export function planOperation(
  operation: Operation,
  commonErrors: Readonly<Record<string, WireError>>,
): OperationPlan {
  let matcher: ErrorMatcher | undefined;
  return {
    id: operation.id,
    tool: operation.tool,
    method: operation.method,
    path: operation.path,
    effect: operation.effect,
    pathNames: pathParameterNames(operation.path),
    queryNames: queryParameterNames(operation),
    answers: answersOf(operation),
    errorName(code, message) {
      // Compiled at the first error: most processes never meet one of most operations.
      matcher ??= createErrorMatcher(operation.errors, commonErrors);
      return matcher(code, message);
    },
  };
}

function answersOf(operation: Operation): OperationPlan["answers"] {
  if (operation.response.contentType === "application/pdf") return "pdf";
  return operation.response.body["2021"] === null ? "nothing" : "json";
}
