/** Signals to processes that may be gone by then: workers of PostgreSQL end when their server does. */
import { systemCode } from "../../../src/postgres/errors.js";

export function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if (systemCode(error) !== "ESRCH") throw error;
    }
  }
}
