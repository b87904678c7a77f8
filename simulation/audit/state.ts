/** Accounts with their plans, drafts, invoices and statements, as the database holds them, against a world of the model. */
import { dayOf, textOf } from "../model/calendar.js";
import { openDraft } from "../model/runs.js";
import { type Account, type Item, planState, type Usage } from "../model/state.js";
import { usageSince } from "../model/usage.js";
import type { World } from "../model/world.js";
import type { Simulation } from "../simulation.js";
import { differences, show } from "./violation.js";

export async function stateDifferences(
  { site, masters }: Simulation,
  world: World,
): Promise<string[]> {
  const { rows } = await site.database.query({ name: "state", text: STATE, values: [masters] });
  const found: Record<string, unknown> = {};
  const expected: Record<string, unknown> = {};
  for (const account of world.accounts()) expected[account.id] = stateOf(world, account);
  for (const { id, use, use_through, ...row } of rows) {
    const account = world.find(id);
    if (account === undefined) found[id] = row;
    else found[id] = { ...row, use: measuredUse(world, account, usageOf(use, use_through)) };
  }
  return differences(expected, found);
}

/** Use that is yet to be charged, as PostgreSQL has it. */
function usageOf(use: StoredUse, through: string | null): Usage {
  const charges = Object.entries(use.usageChargesMinor);
  return {
    hosts: use.hosts,
    storageGb: use.recordingGb,
    peakGb: use.recordingPeakGb,
    charges: Object.fromEntries(charges.map(([type, amount]) => [type, BigInt(amount)])),
    through: through === null ? 0 : dayOf(through),
  };
}

interface StoredUse {
  readonly hosts: Readonly<Record<string, number>>;
  readonly recordingGb: number;
  readonly recordingPeakGb: number;
  readonly usageChargesMinor: Readonly<Record<string, number>>;
}

/** As of today: months without anything to charge may have been passed over, or not yet. */
function measuredUse(world: World, account: Account, usage: Usage): unknown {
  const { hosts, storageGb } = usage;
  if (planState(account) !== "paid") return { hosts, storageGb };
  const { through, peakGb, charges } = usageSince({ ...account, usage }, world.today);
  const charged = Object.entries(charges).filter(([, amount]) => amount > 0n);
  return { hosts, storageGb, through: textOf(through), peakGb, charges: show(charged.sort()) };
}

const STATE = `
  select a.id, coalesce(a.parent_id, a.master_id) as parent, a.reseller, a.pay_mode, a.billing_auto_renew, a.vip, a.bulk_licenses, a.may_add_sub_accounts,
    a.payment_term_days, a.tax_exempt, a.consolidated_statements, a.ever_paid,
    a.trial_used_on is not null as trial_used, a.next_item_number, a.credit_minor::text as credit,
    a.disassociated_at is not null as disassociated, a.usage as use, case when a.kind = 'sub' then a.contact end as contact,
    a.usage_charged_through::text as use_through,
    coalesce((
      select json_object_agg(i.number, concat_ws(' ', i.family, i.plan_type, i.status, i.hosts,
        i.host_blocks::text, i.unit_price_minor, i.interval_months, i.anchor_day, i.start_date, i.period_start,
        i.period_end, i.pending ->> 'planType', i.pending ->> 'hosts'))
      from subscription_items i
      where i.master_id = a.master_id and i.account_id = a.id and i.status <> 'replaced'),
    '{}') as items,
    coalesce((
      select json_object_agg(i.id, concat_ws(' ', i.number, i.status, i.total_minor, i.balance_minor))
      from invoices i where i.master_id = a.master_id and i.account_id = a.id),
    '{}') as invoices,
    coalesce((
      select json_object_agg(d.target_date, concat_ws(' ', d.total_minor, d.due_date))
      from invoice_drafts d
      where d.master_id = a.master_id and d.account_id = a.id and d.status = 'Draft'),
    '{}') as drafts,
    (select count(*)::int from unbilled_charges u
      where u.master_id = a.master_id and u.account_id = a.id) as unbilled,
    (select count(*)::int from payments p
      where p.master_id = a.master_id and p.account_id = a.id) as payments,
    coalesce((
      select json_agg(one.numbers order by one.numbers collate "C") from (
        select string_agg(i.number::text, ' ' order by i.number) as numbers
        from statements s
        join statement_lines l on l.master_id = s.master_id and l.statement_id = s.id
        join invoices i on i.master_id = l.master_id and i.id = l.invoice_id
        where s.master_id = a.master_id and s.payer_id = a.id group by s.id) one),
    '[]') as statements
  from accounts a where a.master_id = any ($1)`;

function stateOf(world: World, account: Account): Readonly<Record<string, unknown>> {
  const draft = openDraft(account);
  return {
    parent: account.parent,
    reseller: account.reseller,
    pay_mode: account.payMode,
    billing_auto_renew: account.autoRenew,
    vip: account.vip,
    bulk_licenses: account.bulk,
    may_add_sub_accounts: account.mayAddSubAccounts,
    payment_term_days: account.termDays,
    tax_exempt: account.taxExempt,
    consolidated_statements: account.statements,
    ever_paid: account.everPaid,
    trial_used: account.trialUsed,
    next_item_number: account.nextItem,
    credit: String(account.credit),
    disassociated: account.disassociated,
    // Those of tenants are made up by the server.
    contact: account.kind === "sub" ? account.contact : null,
    use: measuredUse(world, account, account.usage),
    items: Object.fromEntries(
      account.items
        .filter((item) => item.status !== "replaced")
        .map((item) => [item.number, itemText(item)]),
    ),
    invoices: Object.fromEntries(
      account.invoices.map((one) => [
        one.id,
        `${one.number} ${one.status} ${one.total} ${one.balance}`,
      ]),
    ),
    drafts: draft ? { [textOf(draft.target)]: `${draft.total} ${textOf(draft.due)}` } : {},
    unbilled: account.unbilled.length,
    payments: account.payments.size,
    statements: statementsOf(world, account.id),
  };
}

/** Which invoices stand on one statement tells which of several runs at once made them. */
function statementsOf(world: World, payer: string): string[] {
  return world.statements
    .filter((statement) => statement.payer === payer)
    .map(({ lines }) =>
      lines
        .map(({ number }) => number)
        .sort((a, b) => a - b)
        .join(" "),
    )
    .sort();
}

function itemText(item: Item): string {
  const blocks = `[${item.blocks.join(", ")}]`;
  const days = [item.start, item.periodStart, item.periodEnd].map(textOf);
  const pending = item.pending === null ? [] : [item.pending.type, item.pending.hosts];
  return [
    ...[item.family, item.type, item.status, item.hosts, blocks, item.unitPrice, item.months],
    ...[item.anchorDay, ...days, ...pending],
  ].join(" ");
}
