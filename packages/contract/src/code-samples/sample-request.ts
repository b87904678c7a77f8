/** The request that the samples of an operation send: its example, or nothing but its path. */
import type { HttpMethod, Operation, WireProfile } from "../operation.js";

export interface SampleRequest {
  /** Name of the client's method. */
  readonly operationId: string;
  readonly method: HttpMethod;
  /** The path in pieces: literal text, and parameters by the variable that holds their value. */
  readonly path: readonly PathPiece[];
  /** JSON of the body; null: there is none. */
  readonly body: { readonly [member: string]: unknown } | null;
  /** Name under which an answer that is a file is kept; null: the answer is JSON, or empty. */
  readonly file: string | null;
}

export type PathPiece =
  | { readonly text: string }
  | { readonly parameter: string; readonly variable: string };

/** Environment variables of every sample; the command line and the MCP server read the same. */
export const BASE_URL = "PAYMASTER_BASE_URL";
export const TOKEN = "PAYMASTER_TOKEN";

export function sampleRequestOf(operation: Operation, profile: WireProfile): SampleRequest {
  const hasBody = operation.body[profile] !== null;
  const example = operation.examples.request as SampleRequest["body"] | undefined;
  return {
    operationId: operation.id,
    method: operation.method,
    path: piecesOf(operation.path),
    body: hasBody ? (example ?? null) : null,
    file: operation.response.contentType === "application/pdf" ? "invoice.pdf" : null,
  };
}

/** `/accounts/{accountId}/plans` is `/accounts/`, the parameter accountId from ACCOUNT_ID, `/plans`. */
function piecesOf(path: string): PathPiece[] {
  return path
    .split(/(\{\w+\})/)
    .filter((piece) => piece !== "")
    .map((piece) => {
      const name = /^\{(\w+)\}$/.exec(piece)?.[1];
      return name === undefined ? { text: piece } : { parameter: name, variable: variableOf(name) };
    });
}

/** `accountId` is ACCOUNT_ID. */
export function variableOf(parameter: string): string {
  return parameter.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}
