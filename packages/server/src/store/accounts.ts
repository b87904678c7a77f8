/**
 * Accounts with what the engine needs to decide about them. An account is addressed by its tenant
 * (`masterId`) and its id; nothing here can reach across tenants.
 */
import type { AccountState, AccountUsage, Contact, SubscriptionItem } from "@paymaster/engine";
import type { Queryable } from "../database/pool.js";
import { WANTED, wantedValues } from "./wanted.js";

export interface AccountRef {
  readonly masterId: string;
  readonly accountId: string;
}

/** The payer of an account's invoices: its master, or itself. */
export interface Payer {
  readonly accountId: string;
  readonly paymentTermDays: number;
  readonly creditMinor: number;
  readonly taxExempt: boolean;
}

export interface AccountRecord extends AccountRef {
  readonly kind: "master" | "sub" | "regular";
  readonly parentId: string | null;
  readonly accountNumber: number;
  readonly accountName: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly ownerId: string;
  readonly ownerEmail: string;
  readonly contact: Contact | null;
  readonly options: Readonly<Record<string, unknown>>;
  readonly payMode: "master" | "sub";
  readonly autoRenew: boolean;
  readonly vip: boolean;
  /** A second-level master. */
  readonly reseller: boolean;
  readonly bulkLicenses: boolean;
  readonly mayAddSubAccounts: boolean;
  readonly tier: "free" | "pro" | "business";
  readonly paymentTermDays: number;
  readonly taxExempt: boolean;
  readonly consolidatedStatements: boolean;
  readonly currency: string;
  readonly everPaid: boolean;
  readonly trialUsedOn: string | null;
  readonly nextItemNumber: number;
  readonly usage: AccountUsage;
  readonly usageChargedThrough: string | null;
  readonly nextDueDate: string | null;
  readonly createdAt: Date;
}

/** An account, who pays for it, the flags of its master, and its plans. */
export interface LoadedAccount {
  readonly record: AccountRecord;
  readonly payer: Payer;
  readonly master: { readonly bulkLicenses: boolean; readonly mayAddSubAccounts: boolean };
  readonly items: readonly SubscriptionItem[];
}

const ACCOUNT_COLUMNS = `
  a.master_id as "masterId", a.id as "accountId", a.kind, a.parent_id as "parentId",
  a.account_number as "accountNumber", a.account_name as "accountName",
  a.first_name as "firstName", a.last_name as "lastName", a.owner_id as "ownerId",
  a.owner_email as "ownerEmail", a.contact, a.options, a.pay_mode as "payMode",
  a.billing_auto_renew as "autoRenew", a.vip, a.reseller, a.bulk_licenses as "bulkLicenses",
  a.may_add_sub_accounts as "mayAddSubAccounts", a.tier, a.payment_term_days as "paymentTermDays",
  a.tax_exempt as "taxExempt", a.consolidated_statements as "consolidatedStatements", a.currency,
  a.ever_paid as "everPaid", a.trial_used_on as "trialUsedOn", a.next_item_number as "nextItemNumber",
  a.usage, a.usage_charged_through as "usageChargedThrough", a.next_due_date as "nextDueDate",
  a.created_at as "createdAt"`;

/** The account that manages this one: its parent, its root master, or itself. */
const MANAGER = "coalesce(a.parent_id, a.master_id)";

/** Members of an item and their columns. An item is sent as an array of them: names would double it. */
const ITEM_COLUMNS = {
  number: "i.number",
  family: "i.family",
  role: "i.role",
  planType: "i.plan_type",
  hosts: "i.hosts",
  hostBlocks: "i.host_blocks",
  unitPriceMinor: "i.unit_price_minor",
  intervalMonths: "i.interval_months",
  isTrial: "i.is_trial",
  startDate: "i.start_date",
  anchor: "i.anchor",
  anchorDay: "i.anchor_day",
  periodStart: "i.period_start",
  periodEnd: "i.period_end",
  status: "i.status",
  pending: "i.pending",
  options: "i.options",
  cancellation: "i.cancellation",
  endDate: "i.end_date",
} as const satisfies Record<keyof SubscriptionItem, string>;
const ITEM_MEMBERS = Object.keys(ITEM_COLUMNS);

const LOAD = `
  select ${ACCOUNT_COLUMNS}, a.credit_minor as "creditMinor",
    m.payment_term_days as "managerTermDays", m.credit_minor as "managerCreditMinor",
    m.tax_exempt as "managerTaxExempt", m.bulk_licenses as "managerBulkLicenses",
    m.may_add_sub_accounts as "managerMayAdd",
    (select json_agg(json_build_array(${Object.values(ITEM_COLUMNS).join(", ")}) order by i.number)
      from subscription_items i
      where i.master_id = a.master_id and i.account_id = a.id and i.status <> 'replaced') as items
  from accounts a
  join accounts m on m.master_id = a.master_id and m.id = ${MANAGER}`;

type LoadedRow = AccountRecord & {
  readonly creditMinor: number;
  readonly managerTermDays: number;
  readonly managerCreditMinor: number;
  readonly managerTaxExempt: boolean;
  readonly managerBulkLicenses: boolean;
  readonly managerMayAdd: boolean;
  readonly items: readonly (readonly unknown[])[] | null;
};

function toLoaded(row: LoadedRow): LoadedAccount {
  const {
    creditMinor,
    managerTermDays,
    managerCreditMinor,
    managerTaxExempt,
    managerBulkLicenses,
    managerMayAdd,
    items,
    ...record
  } = row;
  const accountId = payerIdOf(record);
  const paysItself = accountId === record.accountId;
  return {
    record,
    payer: {
      accountId,
      paymentTermDays: paysItself ? record.paymentTermDays : managerTermDays,
      creditMinor: paysItself ? creditMinor : managerCreditMinor,
      taxExempt: paysItself ? record.taxExempt : managerTaxExempt,
    },
    master: { bulkLicenses: managerBulkLicenses, mayAddSubAccounts: managerMayAdd },
    items: (items ?? []).map(toItem),
  };
}

function toItem(cells: readonly unknown[]): SubscriptionItem {
  const item: Record<string, unknown> = {};
  for (const [index, name] of ITEM_MEMBERS.entries()) item[name] = cells[index];
  return item as unknown as SubscriptionItem;
}

/** Loads one account with its plans; undefined when the tenant has no such account. */
export async function loadAccount(
  db: Queryable,
  ref: AccountRef,
): Promise<LoadedAccount | undefined> {
  const { rows } = await db.query({
    name: "load-account",
    text: `${LOAD} where a.master_id = $1 and a.id = $2 and a.disassociated_at is null`,
    values: [ref.masterId, ref.accountId],
  });
  return rows[0] === undefined ? undefined : toLoaded(rows[0]);
}

/** Tiers below the root master: 0 for masters and regular accounts, 1 for their subs, 2 for a sub's subs. */
export const DEPTH = `(case when a.kind <> 'sub' then 0
  when coalesce(a.parent_id, a.master_id) = a.master_id then 1 else 2 end)`;

/**
 * Locks accounts until the transaction ends, so that nobody decides upon a state that somebody else is
 * changing. Everywhere in one order, the deepest tier first: an account comes before the one that pays
 * for it and before the master that numbers its invoices. Loading comes after, as a statement of its
 * own: it must see what the lock waited for. Rows that only refer to the account (tokens, keys) are not
 * held up.
 */
export async function lockAccounts(db: Queryable, refs: readonly AccountRef[]): Promise<void> {
  await db.query({
    name: "lock-accounts",
    // One row comes back, however many are locked.
    text: `with locked as (
        select from accounts a join ${WANTED} using (master_id, id)
          order by ${DEPTH} desc, a.master_id, a.id for no key update of a)
      select count(*) from locked`,
    values: wantedValues(refs),
  });
}

/** Loads many accounts, in no particular order; disassociated ones are left out. */
export async function loadAccounts(
  db: Queryable,
  refs: readonly AccountRef[],
): Promise<LoadedAccount[]> {
  const { rows } = await db.query({
    name: "load-accounts",
    text: `${LOAD} join ${WANTED} on wanted.master_id = a.master_id and wanted.id = a.id
      where a.disassociated_at is null`,
    values: wantedValues(refs),
  });
  return rows.map(toLoaded);
}

/** Finds an account by its id alone: for the operator, who stands above tenants. */
export async function findAccount(
  db: Queryable,
  accountId: string,
): Promise<AccountRecord | undefined> {
  const { rows } = await db.query({
    name: "find-account",
    text: `select ${ACCOUNT_COLUMNS} from accounts a where a.id = $1 and a.disassociated_at is null`,
    values: [accountId],
  });
  return rows[0];
}

/**
 * Finds an account for its books, which stay when it leaves its master: what it owes can still be read
 * and paid.
 */
export async function findAccountInBooks(
  db: Queryable,
  accountId: string,
): Promise<AccountRecord | undefined> {
  const { rows } = await db.query({
    name: "find-account-in-books",
    text: `select ${ACCOUNT_COLUMNS} from accounts a where a.id = $1`,
    values: [accountId],
  });
  return rows[0];
}

/** Whether an account manages others that have not left. */
export async function hasSubAccounts(db: Queryable, ref: AccountRef): Promise<boolean> {
  const { rows } = await db.query({
    name: "has-sub-accounts",
    text: `select exists (
        select 1 from accounts
        where master_id = $1 and parent_id = $2 and disassociated_at is null) as some`,
    values: [ref.masterId, ref.accountId],
  });
  return rows[0]?.some === true;
}

/** Who pays for an account: the account that manages it, or itself. */
export function payerIdOf(
  record: Pick<AccountRecord, "kind" | "payMode" | "parentId" | "masterId" | "accountId">,
): string {
  const paidByManager = record.kind === "sub" && record.payMode === "master";
  return paidByManager ? (record.parentId ?? record.masterId) : record.accountId;
}

/** The payers of accounts, each of them once. */
export function payersOf(accounts: readonly LoadedAccount[]): AccountRef[] {
  return distinct(accounts.map(({ record, payer }) => ({ ...payer, masterId: record.masterId })));
}

/** The payers of accounts and their masters, each of them once. */
export function payersAndMastersOf(accounts: readonly LoadedAccount[]): AccountRef[] {
  const masters = accounts.map(({ record: { masterId } }) => ({ masterId, accountId: masterId }));
  return distinct([...payersOf(accounts), ...masters]);
}

function distinct(refs: readonly AccountRef[]): AccountRef[] {
  const found = new Map<string, AccountRef>();
  for (const { masterId, accountId } of refs) {
    found.set(`${masterId}/${accountId}`, { masterId, accountId });
  }
  return [...found.values()];
}

/** The first of the ids that belongs to no account; undefined: all exist. */
export async function findUnknownAccount(
  db: Queryable,
  accountIds: readonly string[],
): Promise<string | undefined> {
  const { rows } = await db.query({
    name: "find-unknown-account",
    text: `select w.id from unnest($1::text[]) with ordinality as w (id, position)
      where not exists (select 1 from accounts a where a.id = w.id and a.disassociated_at is null)
      order by w.position limit 1`,
    values: [accountIds],
  });
  return rows[0]?.id;
}

/** What the engine sees of a loaded account. `taxRatePpm` is looked up by the caller. */
export function toState(loaded: LoadedAccount, taxRatePpm: number): AccountState {
  const { record, master, items } = loaded;
  return {
    account: {
      kind: record.kind,
      payMode: record.payMode,
      autoRenew: record.autoRenew,
      vip: record.vip,
      bulkLicenses: master.bulkLicenses,
      mayAddSubAccounts: master.mayAddSubAccounts,
      everPaid: record.everPaid,
      trialUsedOn: record.trialUsedOn,
      currency: record.currency,
      taxRatePpm,
      nextItemNumber: record.nextItemNumber,
    },
    items,
    usage: record.usage,
    usageChargedThrough: record.usageChargedThrough,
  };
}

/**
 * Whether the caller reaches an account of its tenant: itself, its subs, and the subs of its second-level
 * masters (three tiers at most).
 */
export function isReachable(
  caller: AccountRef,
  record: Pick<AccountRecord, "masterId" | "accountId" | "parentId">,
): boolean {
  return (
    record.masterId === caller.masterId &&
    (record.accountId === caller.accountId ||
      record.masterId === caller.accountId ||
      record.parentId === caller.accountId)
  );
}
