/** The whole books: every balance and credit against the model, and the server's own invariants. */

import type { World } from "../model/world.js";
import type { Instance } from "../server/instance.js";
import { differences, Violation } from "./violation.js";

export async function auditBooks(
  world: World,
  instance: Instance,
  masters: readonly string[],
): Promise<void> {
  const { database, http, credentials } = instance;
  const invoices = await database.query(
    `select id, status, balance_minor::text as balance from invoices where master_id = any ($1)
      order by master_id, number`,
    [masters],
  );
  const accounts = await database.query(
    `select id, credit_minor::text as credit from accounts
      where credit_minor <> 0 and master_id = any ($1)`,
    [masters],
  );
  const expected: Record<string, unknown> = {};
  const credits: Record<string, string> = {};
  for (const account of world.accounts()) {
    for (const one of account.invoices) {
      if (one.status !== "Draft") expected[one.id] = `${one.status} ${one.balance}`;
    }
    if (account.credit !== 0n) credits[account.id] = String(account.credit);
  }
  const found = Object.fromEntries(
    invoices.rows.map((row) => [row.id, `${row.status} ${row.balance}`]),
  );
  const credit = Object.fromEntries(accounts.rows.map((row) => [row.id, row.credit]));
  const wrong = [...differences(expected, found), ...differences(credits, credit, "credit")];
  if (wrong.length > 0) throw new Violation("The books differ.", { wrong: wrong.slice(0, 20) });
  const answer = await http.send("GET", "/admin/v1/invariants", credentials.admin_key);
  const body = answer.body as { ok?: boolean; checks?: { ok: boolean }[] } | null;
  if (answer.status !== 200 || body?.ok !== true) {
    throw new Violation("An invariant of the server does not hold.", {
      status: answer.status,
      failed: body?.checks?.filter((check) => !check.ok),
    });
  }
}
