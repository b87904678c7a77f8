/** Stopping under load: what is under way is answered, and nobody has to wait for idle connections. */
import { expect, it } from "vitest";
import { startTestServer } from "./support/server.js";

const PROMPT_MS = 5_000;

it("Given clients that ask without a pause, a stop takes no longer than what is under way", async () => {
  const paymaster = await startTestServer();
  const statuses: number[] = [];
  const ask = async () => {
    for (;;) statuses.push((await paymaster.wire("GET", "/accounts/me/plans")).status);
  };
  const clients = Array.from({ length: 4 }, () => ask().catch((error: unknown) => error));
  while (statuses.length < 20) await new Promise((resolve) => setTimeout(resolve, 10));
  const begun = performance.now();
  await paymaster.stop();
  expect(performance.now() - begun).toBeLessThan(PROMPT_MS);
  await Promise.all(clients);
  // A late request may hear that the service is going; none hears of a failure.
  expect(statuses.filter((status) => status !== 200 && status !== 503)).toEqual([]);
});
