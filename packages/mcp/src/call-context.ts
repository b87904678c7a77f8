/**
 * What belongs to one request of an assistant while it is being served: who asks, how progress is
 * told, and what was sent to the service for it. The client's hooks and credentials read it, so that
 * calls which run side by side over one client are told apart.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import type { Hooks } from "@paymaster/client";
import type { Progress } from "./progress.js";

/** One exchange with the service, as the audit file shows it. */
export interface SentRequest {
  readonly operation: string;
  readonly method: string;
  readonly status: number;
  readonly tracking_id: string | undefined;
}

export interface CallContext {
  /** Of the HTTP request that carried the call; undefined: the server has a credential of its own. */
  readonly token: string | undefined;
  readonly progress: Progress;
  /** Filled by the hooks; the first ones only. */
  readonly sent: SentRequest[];
  sentCount: number;
}

/** A report over a fleet makes hundreds of calls; an audit line stays a line. */
const MAX_SENT_KEPT = 20;

const storage = new AsyncLocalStorage<CallContext>();

/** Runs the work so that everything it awaits finds the context. */
export function runCall<T>(context: CallContext, work: () => Promise<T>): Promise<T> {
  return storage.run(context, work);
}

/** undefined outside of a call, e.g. while the service's OpenAPI document is read for later calls. */
export function currentCall(): CallContext | undefined {
  return storage.getStore();
}

export function createCallContext(progress: Progress, token: string | undefined): CallContext {
  return { token, progress, sent: [], sentCount: 0 };
}

/**
 * For `createClient`: progress and audit of the call that a request is sent for.
 * @param log what one person who runs the server for one assistant wants to see
 */
export function callHooks(log?: (line: string) => void): Hooks {
  return {
    onResponse({ operation, method, status, trackingId }) {
      const call = currentCall();
      if (call === undefined) return;
      call.sentCount += 1;
      if (call.sent.length >= MAX_SENT_KEPT) return;
      call.sent.push({ operation, method, status, tracking_id: trackingId });
    },
    onRetry({ operation, error, waitMs }) {
      log?.(`${operation}: again in ${waitMs} ms: ${error.message}`);
      const seconds = Math.max(1, Math.ceil(waitMs / 1000));
      currentCall()?.progress.report(`${error.message} Trying again in ${seconds} s.`);
    },
  };
}
