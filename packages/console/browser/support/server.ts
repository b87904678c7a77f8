/** One `paymaster serve` for the whole run: the demo world on a test clock that stands still. */
import type { Credentials } from "@paymaster/server";
import type { TestProject } from "vitest/node";
import { makeDataDir, startServer } from "../../../../scripts/built-server.mjs";
import { startTestPostgres } from "../../../server/test/support/postgres.js";

declare module "vitest" {
  interface ProvidedContext {
    readonly origin: string;
    readonly credentials: Credentials;
    readonly databaseUrl: string;
  }
}

/** The day on which the demo world is looked at. */
const DAY = "2026-03-10";

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const served = await serve(["--demo", "--test-clock", DAY]);
  const { credentials } = served;
  const clock = await fetch(`${credentials.admin_url}/clock`, {
    method: "PUT",
    headers: {
      authorization: `Bearer ${credentials.admin_key}`,
      "content-type": "application/json",
    },
    body: JSON.stringify({ ticking: false }),
  });
  if (!clock.ok) throw new Error(`The clock cannot be stopped: ${await clock.text()}`);
  project.provide("origin", served.origin);
  project.provide("credentials", credentials);
  project.provide("databaseUrl", served.databaseUrl);
  return served.stop;
}

export interface Served {
  readonly origin: string;
  readonly credentials: Credentials;
  readonly databaseUrl: string;
  stop(): Promise<void>;
}

/** The built server as a user starts it, on a database of its own that a test may reach into. */
export async function serve(options: readonly string[]): Promise<Served> {
  const postgres = await startTestPostgres();
  const database = await postgres.createDatabase();
  const data = await makeDataDir();
  process.env.DATABASE_URL = database.url;
  const server = await startServer(data.dir, options).finally(() => {
    delete process.env.DATABASE_URL;
  });
  return {
    origin: server.origin,
    credentials: server.credentials,
    databaseUrl: database.url,
    stop: async () => {
      await server.stop();
      await database.drop();
      await data.remove();
    },
  };
}
