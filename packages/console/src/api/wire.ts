/** The account Billing API as the session's account, or as a master that the operator looks at. */
import { createClient, type PaymasterClient } from "@paymaster/client";
import { CSRF_HEADER } from "./call.js";
import type { SignedIn } from "./session.js";

export type Wire = PaymasterClient;

/** @param actsFor the operator only: the master or regular account that the calls are made for */
export function createWire(session: SignedIn, actsFor: string | null): Wire {
  const path = actsFor === null ? "/v2" : `/as/${encodeURIComponent(actsFor)}/v2`;
  return createClient({
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
}
