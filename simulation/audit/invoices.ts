/** The server's new invoices against those that the model made, number by number and line by line. */
import type pg from "pg";
import { dayOf, textOf } from "../model/calendar.js";
import type { Invoice, Line } from "../model/state.js";
import type { World } from "../model/world.js";
import { differences, Violation } from "./violation.js";

export interface ServerInvoice {
  readonly id: string;
  readonly account: string;
  readonly number: number;
  readonly date: string;
  readonly row: Readonly<Record<string, unknown>>;
  readonly lines: readonly Readonly<Record<string, unknown>>[];
}

/** Posted invoices of a master with a number above `after`, in the order of their numbers. */
export async function readNewInvoices(
  database: pg.Client,
  master: string,
  after: number,
): Promise<ServerInvoice[]> {
  const { rows } = await database.query({
    name: "new-invoices",
    text: `select i.id, i.account_id, i.payer_id, i.number::int, i.status, i.invoice_date::text,
        i.target_date::text, i.due_date::text, i.net_minor::text, i.tax_minor::text, i.total_minor::text,
        (select json_agg(json_build_object('item', l.item_number, 'type', l.plan_type,
          'chargeName', l.charge_name, 'chargeType', l.charge_type, 'quantity', l.quantity,
          'start', l.start_date, 'end', l.end_date, 'amount', l.amount_minor::text,
          'tax', l.tax_minor::text) order by l.line)
          from invoice_lines l where l.master_id = i.master_id and l.invoice_id = i.id) as lines
      from invoices i where i.master_id = $1 and i.number > $2 order by i.number`,
    values: [master, after],
  });
  return rows.map(({ id, account_id, number, lines, ...row }) => ({
    id,
    account: account_id,
    number,
    date: row.invoice_date,
    row,
    lines: lines ?? [],
  }));
}

/** Compares, and gives the model's invoices the ids of the server's. */
export function matchInvoices(
  world: World,
  made: readonly Invoice[],
  found: readonly ServerInvoice[],
): void {
  for (let index = 0; index < Math.max(made.length, found.length); index += 1) {
    const [expected, actual] = [made[index], found[index]];
    if (expected === undefined || actual === undefined) {
      throw new Violation("The server and the model made different invoices.", {
        expected: made.map(describe),
        actual: found.map((one) => ({
          account: one.account,
          number: one.number,
          ...one.row,
          lines: one.lines,
        })),
      });
    }
    const wrong = differences(describe(expected), {
      account: actual.account,
      number: actual.number,
      ...actual.row,
      lines: sorted(actual.lines),
    });
    if (wrong.length > 0) {
      throw new Violation("An invoice is not what the model expects.", {
        id: actual.id,
        account: actual.account,
        wrong,
        expected: describe(expected),
      });
    }
    world.replaceInvoice(current(world, expected), { ...current(world, expected), id: actual.id });
  }
}

/** The invoice as it is now: credit may have changed it after it was made. */
function current(world: World, made: Invoice): Invoice {
  const found = world.get(made.account).invoices.find((one) => one.number === made.number);
  if (found === undefined) throw new Error(`the model lost invoice ${made.number}`);
  return found;
}

function describe(invoice: Invoice): Readonly<Record<string, unknown>> {
  return {
    account: invoice.account,
    number: invoice.number,
    payer_id: invoice.payer,
    status: invoice.status,
    invoice_date: textOf(invoice.date),
    target_date: textOf(invoice.target),
    due_date: textOf(invoice.due),
    net_minor: String(invoice.net),
    tax_minor: String(invoice.tax),
    total_minor: String(invoice.total),
    lines: sorted(invoice.lines.map(describeLine)),
  };
}

function describeLine(line: Line): Readonly<Record<string, unknown>> {
  return {
    item: line.item,
    type: line.type,
    chargeName: line.chargeName,
    chargeType: line.chargeType,
    quantity: line.quantity,
    start: textOf(line.start),
    end: textOf(line.end),
    amount: String(line.amount),
    tax: String(line.tax),
  };
}

/** No rule orders the lines of an invoice. */
function sorted(lines: readonly Readonly<Record<string, unknown>>[]): unknown[] {
  const key = (line: Readonly<Record<string, unknown>>) =>
    `${String(line.item).padStart(6, "0")} ${line.start} ${line.end} ${line.amount} ${line.quantity}`;
  return [...lines].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

/** Accounts in the order in which the server invoiced them on a day. */
export function orderOfDay(found: readonly ServerInvoice[]): (day: number) => string[] {
  return (day) => found.filter((one) => dayOf(one.date) === day).map((one) => one.account);
}
