/** One call of the server with JSON in and out; what is refused is thrown as a Fault. */
import { Fault, type FieldProblem, noAnswer } from "./fault.js";

export const CSRF_HEADER = "x-paymaster-csrf";

export interface CallOptions {
  readonly csrfToken?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export async function callJson<T>(method: string, url: string, options: CallOptions): Promise<T> {
  const response = await send(method, url, options);
  const text = await response.text();
  const body: unknown = text === "" ? null : parse(text);
  if (!response.ok) throw faultOf(response, body);
  return body as T;
}

async function send(method: string, url: string, options: CallOptions): Promise<Response> {
  const { csrfToken, body, headers, signal } = options;
  try {
    return await fetch(url, {
      method,
      credentials: "same-origin",
      headers: {
        ...(csrfToken === undefined ? {} : { [CSRF_HEADER]: csrfToken }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (error) {
    if (signal?.aborted === true) throw error;
    throw noAnswer();
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function faultOf(response: Response, body: unknown): Fault {
  const { code, message, errors } = (body ?? {}) as {
    code?: number;
    message?: string;
    errors?: readonly FieldProblem[];
  };
  const text = message ?? `The server answered ${response.status}.`;
  return new Fault(text, response.status, code ?? 0, errors ?? []);
}
