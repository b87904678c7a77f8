/**
 * The client of a service with its quotas planned, as long as the service has any: a Paymaster may run
 * without. Quotas show in the headers of answers; where no answer has shown one, a call is not held
 * back for those that the documents name, but sent, and the service has the last word.
 */
import {
  type ClientOptions,
  createClient,
  type PaymasterClient,
  RateLimitError,
} from "@paymaster/client";

/** What this package needs of a client. */
export type ServiceClient = Pick<PaymasterClient, "baseUrl" | "request">;

export function createServiceClient(options: ClientOptions): ServiceClient {
  let answers = 0;
  let showsQuotas = false;
  const hooks: ClientOptions["hooks"] = {
    ...options.hooks,
    onResponse(event) {
      answers += 1;
      showsQuotas ||= event.rateLimit?.limit !== undefined;
      options.hooks?.onResponse?.(event);
    },
  };
  const planned = createClient({ ...options, hooks });
  const unplanned = createClient({ ...options, hooks, quota: undefined });
  return {
    baseUrl: planned.baseUrl,
    async request(tool, input, callOptions) {
      try {
        return await planned.request(tool, input, callOptions);
      } catch (error) {
        const isHeldBack = error instanceof RateLimitError && !error.sent;
        if (!isHeldBack || showsQuotas || answers === 0) throw error;
        return unplanned.request(tool, input, callOptions);
      }
    },
  };
}
