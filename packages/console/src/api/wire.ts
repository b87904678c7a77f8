/**
 * The account Billing API as the session's account, or as a master that the operator looks at. Fetched
 * when it is first needed: what the operator sees first comes from the operator's API.
 */
import {
  AbortError,
  ApiError,
  createClient,
  type PaymasterClient,
  PaymasterError,
  RateLimitError,
} from "@paymaster/client";
import { CSRF_HEADER } from "./call.js";
import { Fault, noAnswer } from "./fault.js";
import type { SignedIn } from "./session.js";

export type Wire = PaymasterClient;

/** @param actsFor the operator only: the master or regular account that the calls are made for */
export function createWire(session: SignedIn, actsFor: string | null): Wire {
  const path = actsFor === null ? "/v2" : `/as/${encodeURIComponent(actsFor)}/v2`;
  const client = createClient({
    baseUrl: `${location.origin}/console/api${path}`,
    authentication: {
      apply(request) {
        request.headers[CSRF_HEADER] = session.csrf_token;
        return session.csrf_token;
      },
    },
    // The session travels in its cookie.
    fetch: (input, init) => fetch(input, { ...init, credentials: "same-origin" }),
    offersPreviews: true,
    takesIdempotencyKeys: true,
    retryWrites: true,
  });
  return withFaults(client);
}

/** The client's errors as those that the screens know. */
function withFaults(client: Wire): Wire {
  return new Proxy(client, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      return async (...args: readonly unknown[]) => {
        try {
          return await Reflect.apply(value, target, args);
        } catch (error) {
          throw faultOf(error);
        }
      };
    },
  });
}

function faultOf(error: unknown): unknown {
  if (error instanceof ApiError) {
    const problems = error.errors.map(({ field, message }) => ({ field: field ?? "", message }));
    const advice = error instanceof RateLimitError ? whenAgain(error) : null;
    return new Fault(error.message, error.status, error.code, problems, advice);
  }
  // Nobody waits for the answer any more.
  if (error instanceof AbortError) return error;
  return error instanceof PaymasterError ? noAnswer() : error;
}

function whenAgain({ retryAt }: RateLimitError): string {
  if (retryAt === undefined) return "Wait a moment, then try again.";
  const time = retryAt.toISOString();
  return `The quota is there again on ${time.slice(0, 10)} at ${time.slice(11, 19)} UTC.`;
}
