/** One `paymaster serve` for the whole run: the demo world on a test clock that stands still. */
import type { Credentials } from "@paymaster/server";
import type { TestProject } from "vitest/node";
import { makeDataDir, startServer } from "../../../../scripts/built-server.mjs";

declare module "vitest" {
  interface ProvidedContext {
    readonly origin: string;
    readonly credentials: Credentials;
  }
}

/** The day on which the demo world is looked at. */
const DAY = "2026-03-10";

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const data = await makeDataDir();
  const server = await startServer(data.dir, ["--demo", "--test-clock", DAY]);
  const credentials: Credentials = server.credentials;
  const clock = await fetch(`${credentials.admin_url}/clock`, {
    method: "PUT",
    headers: {
      authorization: `Bearer ${credentials.admin_key}`,
      "content-type": "application/json",
    },
    body: JSON.stringify({ ticking: false }),
  });
  if (!clock.ok) throw new Error(`The clock cannot be stopped: ${await clock.text()}`);
  project.provide("origin", server.origin);
  project.provide("credentials", credentials);
  return async () => {
    await server.stop();
    await data.remove();
  };
}
