/** The whole books against the model's: accounts, plans, invoices, ledger, statements; and the invariants. */
import { dayOf } from "../model/calendar.js";
import { ledgerKey, ledgerOf } from "../model/ledger.js";
import type { World } from "../model/world.js";
import type { Simulation } from "../simulation.js";
import { stateDifferences } from "./state.js";
import { differences, Violation } from "./violation.js";

export async function auditBooks(sim: Simulation): Promise<void> {
  const wrong = [
    ...(await stateDifferences(sim, sim.world)),
    ...(await ledgerDifferences(sim, sim.world)),
    ...(await statementDifferences(sim)),
  ];
  if (wrong.length > 0)
    throw new Violation("The books differ.", {
      wrong: wrong.slice(0, 20),
      accounts: sim.describeNamed(wrong),
    });
  const answer = await sim.admin(sim.pickServer(), "GET", "/invariants");
  const body = answer.body as { ok?: boolean; checks?: { ok: boolean }[] } | null;
  if (answer.status !== 200 || body?.ok !== true) {
    throw new Violation("An invariant of the server does not hold.", {
      status: answer.status,
      failed: body?.checks?.filter((check) => !check.ok),
    });
  }
}

/** Every balance of the ledger, by invoice and day. */
export async function ledgerDifferences(
  { site, masters }: Simulation,
  world: World,
): Promise<string[]> {
  const { rows } = await site.database.query(
    `select ledger_account, account_id, invoice_id, effective_date::text as day,
        sum(amount_minor)::text as amount
      from ledger_entries where master_id = any ($1)
      group by ledger_account, account_id, invoice_id, effective_date
      having sum(amount_minor) <> 0`,
    [masters],
  );
  const found: Record<string, bigint> = {};
  for (const { ledger_account: ledger, account_id: account, invoice_id, day, amount } of rows) {
    found[ledgerKey(ledger, account, invoice_id, dayOf(day))] = BigInt(amount);
  }
  return differences(Object.fromEntries(ledgerOf(world)), found, "ledger");
}

/** Every statement with its lines. */
async function statementDifferences({ site, world, masters }: Simulation): Promise<string[]> {
  const { rows } = await site.database.query(
    `select s.payer_id as payer, s.statement_date::text as date, s.total_minor::text as total,
        s.invoices,
        json_agg(json_build_object('account', l.account_id, 'number', i.number,
          'total', l.total_minor::text) order by i.number) as lines
      from statements s
      join statement_lines l on l.master_id = s.master_id and l.statement_id = s.id
      join invoices i on i.master_id = l.master_id and i.id = l.invoice_id
      where s.master_id = any ($1)
      group by s.master_id, s.id`,
    [masters],
  );
  const found = rows.map(({ date, ...row }) => ({ ...row, date: dayOf(date) }));
  return differences(inOrder(statementsOf(world)), inOrder(found), "statements");
}

type Shown = Readonly<Record<string, unknown>> & { readonly lines: readonly { number: number }[] };

function statementsOf(world: World): Shown[] {
  return world.statements.map(({ payer, date, lines }) => ({
    payer,
    date,
    total: String(lines.reduce((total, line) => total + line.total, 0n)),
    invoices: lines.length,
    lines: lines
      .map((line) => ({ ...line, total: String(line.total) }))
      .sort((a, b) => a.number - b.number),
  }));
}

/** By payer and first invoice: each invoice is on one statement at most. */
function inOrder(statements: readonly Shown[]): Shown[] {
  const key = ({ payer, lines }: Shown) =>
    `${payer} ${String(lines[0]?.number ?? 0).padStart(9, "0")}`;
  return [...statements].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}
