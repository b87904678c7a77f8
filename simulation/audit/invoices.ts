/** The server's new invoices against those that the model made, number by number and line by line. */
import type pg from "pg";
import { dayOf, textOf } from "../model/calendar.js";
import type { OrderOfDay } from "../model/passing.js";
import type { Invoice, Line } from "../model/state.js";
import type { World } from "../model/world.js";
import { differences } from "./violation.js";

export interface ServerInvoice {
  readonly id: string;
  readonly master: string;
  readonly account: string;
  readonly number: number;
  readonly date: string;
  readonly row: Readonly<Record<string, unknown>>;
  readonly lines: readonly Readonly<Record<string, unknown>>[];
}

/** Posted invoices of masters with numbers above those given, in the order of their numbers. */
export async function readNewInvoices(
  database: pg.Client,
  after: ReadonlyMap<string, number>,
): Promise<ServerInvoice[]> {
  const { rows } = await database.query({
    name: "new-invoices",
    text: `select i.id, i.master_id, i.account_id, i.payer_id, i.number::int, i.invoice_date::text,
        i.target_date::text, i.due_date::text, i.net_minor::text, i.tax_minor::text, i.total_minor::text,
        (select json_agg(json_build_object('item', l.item_number, 'type', l.plan_type,
          'chargeName', l.charge_name, 'chargeType', l.charge_type, 'quantity', l.quantity,
          'start', l.start_date, 'end', l.end_date, 'amount', l.amount_minor::text,
          'tax', l.tax_minor::text) order by l.line)
          from invoice_lines l where l.master_id = i.master_id and l.invoice_id = i.id) as lines
      from unnest($1::text[], $2::bigint[]) as known (master_id, number)
      join invoices i on i.master_id = known.master_id and i.number > known.number
      order by i.master_id, i.number`,
    values: [[...after.keys()], [...after.values()]],
  });
  return rows.map(({ id, master_id, account_id, number, lines, ...row }) => ({
    id,
    master: master_id,
    account: account_id,
    number,
    date: row.invoice_date,
    row,
    lines: lines ?? [],
  }));
}

/** How the server's invoice of that number differs; the model's is given the id of the server's. */
export function matchInvoice(
  world: World,
  expected: Invoice,
  actual: ServerInvoice | undefined,
): string[] {
  const path = `invoice ${expected.number} of ${expected.account}`;
  if (actual === undefined) {
    return [`${path}: the server did not make it: ${JSON.stringify(describe(expected))}`];
  }
  const wrong = differences(
    describe(expected),
    {
      account: actual.account,
      number: actual.number,
      ...actual.row,
      lines: sorted(actual.lines),
    },
    path,
  );
  const current = world
    .get(expected.account)
    .invoices.find((one) => one.number === expected.number);
  if (current === undefined) throw new Error(`the model lost ${path}`);
  world.replaceInvoice(current, { ...current, id: actual.id });
  return wrong;
}

function describe(invoice: Invoice): Readonly<Record<string, unknown>> {
  return {
    account: invoice.account,
    number: invoice.number,
    payer_id: invoice.payer,
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

/** An account that was invoiced twice on a day takes the place of its first invoice, or of its last. */
export type Place = "first" | "last";

/** Accounts in the order in which the server invoiced them on a day. */
export function orderOfDay(found: readonly ServerInvoice[], place: Place): OrderOfDay {
  return (day) => {
    const accounts = found.filter((one) => dayOf(one.date) === day).map((one) => one.account);
    if (place === "first") return [...new Set(accounts)];
    return [...new Set(accounts.reverse())].reverse();
  };
}
