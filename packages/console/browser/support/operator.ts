/** The operator's API beside the browser: what the screens did is looked up there. */
import pg from "pg";
import { inject } from "vitest";

export async function operate<T>(method: string, path: string, body?: unknown): Promise<T> {
  const { admin_url, admin_key } = inject("credentials");
  const response = await fetch(`${admin_url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${admin_key}`,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${await response.text()}`);
  return (await response.json()) as T;
}

export interface AccountSummary {
  readonly id: string;
  readonly account_name: string;
  readonly state: string;
  readonly hosts: number;
}

export async function accountNamed(name: string): Promise<AccountSummary> {
  const { accounts } = await operate<{ accounts: readonly AccountSummary[] }>("GET", "/accounts");
  const found = accounts.find(({ account_name }) => account_name === name);
  if (found === undefined) throw new Error(`The demo world has no account ${name}.`);
  return found;
}

export async function sql(text: string, values: readonly unknown[] = []): Promise<void> {
  const client = new pg.Client({ connectionString: inject("databaseUrl") });
  await client.connect();
  await client.query(text, [...values]).finally(() => client.end());
}
