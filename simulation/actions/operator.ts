/** What operators do: payments, cancellations, flags, bill runs, drafts, the scheduler's tick. */
import { show } from "../audit/violation.js";
import { textOf } from "../model/calendar.js";
import { cancelInvoice } from "../model/cancellation.js";
import { majorOf, sum } from "../model/money.js";
import { catchUp } from "../model/passing.js";
import { type PaymentWish, pay } from "../model/payments.js";
import { operatorRefusal, operatorReply } from "../model/reply.js";
import { type Mode, mayRun, openDraft, postDraft, run } from "../model/runs.js";
import type { Account, Invoice } from "../model/state.js";
import { report as reportUsage } from "../model/usage.js";
import { until } from "../server/instance.js";
import type { Simulation } from "../simulation.js";
import { makePayment } from "../workload/payments.js";
import { makeUsage } from "../workload/usage.js";

export async function payment(sim: Simulation): Promise<void> {
  const id = sim.random.chance(0.5) ? sim.random.pick(sim.masters) : sim.random.pick(sim.subs);
  const wish = makePayment(sim.random, sim.world, sim.account(id), () => `ref-${sim.serial()}`);
  const body = paymentBody(wish);
  sim.note(`payment to ${id} ${show(body)}`);
  const answer = await sim.admin("POST", `/accounts/${id}/payments`, body);
  sim.check(`payment to ${id} ${show(body)}`, pay(sim.world, id, wish), answer, id);
}

export function paymentBody(wish: PaymentWish): Readonly<Record<string, unknown>> {
  return {
    amount: majorOf(wish.amount),
    currency: wish.currency,
    reference: wish.reference,
    ...(wish.invoices === null ? {} : { invoice_ids: wish.invoices }),
  };
}

export async function cancel(sim: Simulation): Promise<void> {
  const invoice = pickInvoice(sim);
  if (invoice === undefined) return;
  sim.note(`invoice ${invoice.number} (${invoice.id}) of ${invoice.account} is cancelled`);
  const answer = await sim.admin("POST", `/invoices/${invoice.id}/cancel`);
  sim.check(`cancel ${invoice.id}`, cancelInvoice(sim.world, invoice.id), answer, invoice.account);
}

/** An invoice or draft; the newest most often. */
function pickInvoice({ random, world, subs }: Simulation): Invoice | undefined {
  const account = world.get(random.pick(subs));
  const known = [...account.invoices.slice(random.chance(0.7) ? -2 : -20), ...account.drafts];
  return known.length === 0 ? undefined : random.pick(known);
}

export async function billRun(sim: Simulation): Promise<void> {
  const { random, world } = sim;
  const mode: Mode = random.weighted({ post: 2, draft: 3, preview: 2 });
  const ahead = mode === "post" ? random.int(-20, random.chance(0.1) ? 3 : 0) : random.int(-5, 370);
  const wish = {
    mode,
    target: world.today + ahead,
    accounts: random.chance(0.7) ? random.shuffled(sim.subs).slice(0, random.int(1, 4)) : null,
  };
  const body = {
    mode,
    target_date: textOf(wish.target),
    ...(wish.accounts === null ? {} : { account_ids: wish.accounts }),
  };
  sim.note(`bill run ${show(body)}`);
  const before = sim.numbers();
  const answer = await sim.admin("POST", "/bill-runs", body);
  if (!mayRun(world, wish)) {
    sim.check(`bill run ${show(body)}`, operatorRefusal("bad"), answer);
    return;
  }
  let made: Invoice[] = [];
  let total = 0;
  await sim.compareInvoices(before, (orderOf) => {
    ({ invoices: made, total } = run(sim.world, wish, orderOf(world.today)));
  });
  if (mode === "draft") await bindDrafts(sim);
  const counted = {
    target_date: body.target_date,
    mode,
    status: "done",
    accounts_total: total,
    accounts_done: total,
    accounts_failed: 0,
    invoices: made.length,
    total: majorOf(sum(made.map((one) => one.total))),
  };
  sim.check(`bill run ${show(body)}`, operatorReply(201, counted), answer);
}

/** Learns the ids of drafts, and compares which there are. */
export async function bindDrafts(sim: Simulation): Promise<void> {
  const { rows } = await sim.instance.database.query(
    `select id, account_id, total_minor::text as total,
        lines::text as lines from invoice_drafts
      where status = 'Draft' and master_id = any ($1)`,
    [sim.masters],
  );
  const found = new Map(rows.map((row) => [row.account_id as string, row]));
  for (const account of [...sim.world.accounts()]) {
    const draft = openDraft(account);
    const row = found.get(account.id);
    const expected = draft === undefined ? null : `${draft.id} ${draft.total}`;
    const id = draft?.id === "" ? (row?.id ?? "") : row?.id;
    const actual = row === undefined ? null : `${draft?.id === "" ? "" : row.id} ${row.total}`;
    sim.check(
      "drafts",
      { status: 0, body: expected },
      { status: 0, body: actual, headers: {} },
      account.id,
    );
    if (draft === undefined || draft.id !== "") continue;
    const drafts = account.drafts.map((one) => (one === draft ? { ...one, id } : one));
    sim.world.change(account.id, { drafts });
  }
}

export async function draftPosted(sim: Simulation): Promise<void> {
  const drafts = [...sim.world.accounts()].flatMap((account) => account.drafts);
  if (drafts.length === 0) return;
  const draft = sim.random.pick(drafts);
  sim.note(`draft ${draft.id} of ${draft.account} for ${textOf(draft.target)} is posted`);
  const before = sim.numbers();
  const answer = await sim.admin("POST", `/invoices/${draft.id}/post`);
  await sim.compareInvoices(before, () => {
    sim.check(`post ${draft.id}`, postDraft(sim.world, draft.id), answer, draft.account);
  });
}

/** The scheduler's background work; on a new day it bills what is due until today. */
export async function tick(sim: Simulation): Promise<void> {
  const { world, instance } = sim;
  sim.note("the scheduler ticks");
  const isNewDay = sim.tickedOn !== world.today;
  sim.tickedOn = world.today;
  const before = sim.numbers();
  await instance.tick();
  if (isNewDay) await until(() => isCaughtUp(sim));
  await sim.compareInvoices(before, (orderOf) => {
    if (isNewDay) catchUp(world, orderOf(world.today));
  });
}

async function isCaughtUp({ instance, world }: Simulation): Promise<boolean> {
  const { rowCount } = await instance.database.query(
    `select 1 from accounts where next_due_date <= $1 and disassociated_at is null
      union all select 1 from bill_runs where status = 'running'`,
    [textOf(world.today)],
  );
  return rowCount === 0;
}

export async function flags(sim: Simulation): Promise<void> {
  const { random } = sim;
  const isMaster = random.chance(0.3);
  const id = isMaster ? random.pick(sim.masters) : random.pick(sim.subs);
  const account = sim.account(id);
  const [name, value] = chooseFlag(sim, account, isMaster);
  sim.note(`${id}: ${name} becomes ${value}`);
  const answer = await sim.admin("PATCH", `/accounts/${id}`, { [name]: value });
  if (account.disassociated) {
    sim.check(`PATCH /accounts/${id}`, operatorRefusal("unknown"), answer);
    return;
  }
  sim.check(`PATCH /accounts/${id}`, { status: 200, body: undefined }, answer);
  sim.world.change(id, { [MEMBERS[name]]: value });
}

const MEMBERS = {
  vip: "vip",
  bulk_licenses: "bulk",
  may_add_sub_accounts: "mayAddSubAccounts",
  payment_term_days: "termDays",
  tax_exempt: "taxExempt",
  consolidated_statements: "statements",
} as const;

/** Flags that refuse things are taken back sooner than they are set. */
function chooseFlag(
  { random }: Simulation,
  account: Account,
  isMaster: boolean,
): [keyof typeof MEMBERS, boolean | number] {
  if (account.vip) return ["vip", false];
  if (account.bulk) return ["bulk_licenses", false];
  if (!account.mayAddSubAccounts) return ["may_add_sub_accounts", true];
  const name = random.weighted({
    vip: isMaster ? 0 : 1,
    bulk_licenses: isMaster ? 1 : 0,
    may_add_sub_accounts: isMaster ? 1 : 0,
    payment_term_days: 2,
    tax_exempt: 2,
    consolidated_statements: isMaster ? 2 : 0,
  });
  if (name === "payment_term_days") return [name, random.pick([0, 14, 30, 60, 365])];
  if (name === "may_add_sub_accounts") return [name, false];
  if (name === "tax_exempt") return [name, !account.taxExempt];
  if (name === "consolidated_statements") return [name, !account.statements];
  return [name, true];
}

export async function usage(sim: Simulation): Promise<void> {
  const { random, world } = sim;
  const id = random.pick(sim.subs);
  const report = makeUsage(random, world.get(id));
  const body = {
    ...(report.hosts === undefined ? {} : { hosts: report.hosts }),
    ...(report.storageGb === undefined ? {} : { recording_gb: report.storageGb }),
    ...(report.charges === undefined
      ? {}
      : {
          charges: Object.fromEntries(
            Object.entries(report.charges).map(([type, amount]) => [type, majorOf(amount)]),
          ),
        }),
  };
  sim.note(`usage of ${id} ${show(body)}`);
  const before = sim.numbers();
  const answer = await sim.admin("PUT", `/accounts/${id}/usage`, body);
  await sim.compareInvoices(before, () => {
    sim.check(`usage of ${id} ${show(body)}`, reportUsage(world, id, report), answer, id);
  });
}
