/** Asks the service for its time: where it runs on a test clock, somebody may have moved it. */
import { createDeadline } from "./deadline.js";
import { answerDateMs } from "./rate-limit.js";

/** Nobody waits long for a clock. */
const TIMEOUT_MS = 5_000;

/**
 * Any answer will do, so this asks for nothing in particular, without a credential: it counts under no
 * quota.
 * @returns milliseconds since 1970; undefined: the answer does not say
 */
export async function askServiceTime(
  baseUrl: string,
  send: typeof fetch,
): Promise<number | undefined> {
  const deadline = createDeadline(TIMEOUT_MS, undefined, undefined);
  try {
    const options = { method: "HEAD", redirect: "manual", signal: deadline.signal } as const;
    const response = await send(baseUrl, options);
    await response.body?.cancel();
    return answerDateMs(response.headers);
  } finally {
    deadline.release();
  }
}
