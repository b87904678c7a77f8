/** Bodies of the answers that show plans and invoices. */
import { families, findPlan } from "@paymaster/contract";
import { type Day, textOf } from "./calendar.js";
import { majorOf } from "./money.js";
import { type Account, type Invoice, type Item, isRunning, runningBase } from "./state.js";
import type { World } from "./world.js";

type Tree = { [member: string]: unknown };

export function plansBody(world: World, account: Account): Tree {
  const body: Tree = {};
  for (const family of families) {
    const held = shown(account, family.name);
    const { path, list, hosts, status } = family.plans;
    for (const item of list ? held : held.slice(0, 1)) {
      if (family.shape === "code") {
        Object.assign(body, recordingMembers(world, item));
        continue;
      }
      const options = family.shape === "audio" || family.shape === "callout" ? item.options : {};
      const entry: Tree = {
        type: item.type,
        ...(hosts ? { hosts: item.hosts } : {}),
        ...options,
        ...(status ? statusMembers(world, item) : {}),
      };
      place(body, path, list, entry);
    }
  }
  return body;
}

function shown(account: Account, family: string): Item[] {
  return account.items
    .filter((item) => item.family === family && item.status !== "replaced")
    .sort((a, b) => Number(isRunning(b)) - Number(isRunning(a)) || b.number - a.number);
}

function statusMembers(world: World, item: Item): Tree {
  const in2026 = world.profile === "2026";
  return {
    status: item.status === "cancel" && in2026 ? "cancelled" : item.status,
    service_effective_date: textOf(item.start),
    next_invoice_date: textOf(item.periodEnd),
  };
}

function recordingMembers(world: World, item: Item): Tree {
  const status = item.status === "cancel" ? "cancelled" : item.status;
  const capital = `${status.charAt(0).toUpperCase()}${status.slice(1)}`;
  return {
    plan_recording: item.type,
    plan_recording_status: world.profile === "2026" ? status : capital,
    plan_recording_service_effective_date: textOf(item.start),
    plan_recording_next_invoice_date: textOf(item.periodEnd),
  };
}

export function place(body: Tree, path: readonly string[], list: boolean, entry: Tree): void {
  const [outer, inner] = path;
  if (outer === undefined) throw new Error("a family without a place");
  let holder = body;
  let member = outer;
  if (inner !== undefined) {
    holder = (body[outer] as Tree | undefined) ?? {};
    body[outer] = holder;
    member = inner;
  }
  if (!list) holder[member] = entry;
  else holder[member] = [...((holder[member] as Tree[] | undefined) ?? []), entry];
}

export function usageBody(world: World, account: Account): Tree {
  const body: Tree = {};
  const running = account.items.filter(isRunning);
  for (const family of families) {
    if (family.usage === null) continue;
    const { path, list, pending } = family.usage;
    const held = running
      .filter((item) => item.family === family.name)
      .sort((a, b) => b.number - a.number);
    for (const item of held) {
      place(body, path, list, {
        ...(family.name === "plan_united" ? { name: findPlan(item.type)?.name } : {}),
        type: item.type,
        hosts: item.hosts,
        usage: account.usage.hosts[item.type] ?? 0,
        ...(pending && world.profile === "2026" ? { pending: 0 } : {}),
      });
    }
  }
  body.plan_recording = recordingUsage(running, account.usage.storageGb);
  return body;
}

/** GB for each base host, and at least. */
const FREE_PER_HOST_GB = 1;
const FREE_AT_LEAST_GB = 3;

export function storageOf(running: readonly Item[]): { free: number; plan: number } {
  const base = running.find((item) => item.base);
  const free = Math.max(FREE_AT_LEAST_GB, (base?.hosts ?? 0) * FREE_PER_HOST_GB);
  let plan = 0;
  for (const item of running) plan += storageOfItem(item);
  return { free, plan };
}

function storageOfItem(item: Item): number {
  return (findPlan(item.type)?.storageGb ?? 0) * item.hosts;
}

function recordingUsage(running: readonly Item[], usedGb: number): Tree {
  const { free, plan } = storageOf(running);
  const ofFree = Math.min(usedGb, free);
  const ofPlan = Math.min(usedGb - ofFree, plan);
  const recording = running.find((item) => item.family === "plan_recording");
  return {
    free_storage: gb(free),
    free_storage_usage: gb(ofFree),
    plan_storage: gb(plan),
    plan_storage_usage: gb(ofPlan),
    plan_storage_exceed: gb(usedGb - ofFree - ofPlan),
    ...(recording === undefined ? {} : { type: recording.type }),
  };
}

function gb(amount: number): string {
  const rounded = Math.round(amount * 100) / 100;
  return rounded === 0 ? "0" : `${rounded} GB`;
}

export function invoiceMembers(invoice: Invoice): Tree {
  return {
    balance: majorOf(invoice.balance),
    due_date: textOf(invoice.due),
    id: invoice.id,
    invoice_date: textOf(invoice.date),
    invoice_number: invoice.number === 0 ? "" : `INV-${String(invoice.number).padStart(8, "0")}`,
    status: invoice.status,
    target_date: textOf(invoice.target),
    tax_amount: majorOf(invoice.tax),
    total_amount: majorOf(invoice.total),
  };
}

export function lineMembers(line: Invoice["lines"][number]): Tree {
  return {
    charge_name: line.chargeName,
    charge_number: `C-${String(line.item).padStart(8, "0")}`,
    charge_type: line.chargeType,
    end_date: textOf(line.end - 1),
    quantity: line.quantity,
    start_date: textOf(line.start),
    tax_amount: majorOf(line.tax),
    total_amount: majorOf(line.amount),
  };
}

export function invoiceDetail(world: World, invoice: Invoice): Tree {
  return {
    ...invoiceMembers(invoice),
    currency: world.books.currency,
    invoice_items: invoice.lines.map(lineMembers),
  };
}

/** Invoices and drafts of a range of days, the newest first. */
export function invoiceList(world: World, account: Account, from: number, to: number): Tree {
  const listed = [...account.invoices, ...account.drafts]
    .filter((one) => one.date >= from && one.date <= to)
    .sort((a, b) => b.date - a.date || rank(b) - rank(a) || (a.id < b.id ? -1 : 1));
  return { currency: world.books.currency, invoices: listed.map(invoiceMembers) };
}

/** Drafts have no number yet: they come before those that have one. */
function rank(invoice: Invoice): number {
  return invoice.number === 0 ? Number.MAX_SAFE_INTEGER : invoice.number;
}

/** The owner stands for what the billing contact does not name. */
export function contactOf(account: Account): Record<string, string> {
  const { first, last, email } = account.owner;
  return { first_name: first, last_name: last, email, ...account.contact };
}

const CONTACT_MEMBERS = [
  "address",
  "apt",
  "city",
  "country",
  "email",
  "first_name",
  "last_name",
  "phone_number",
  "state",
  "zip",
] as const;

export function contactBody(world: World, account: Account): Tree {
  const contact = contactOf(account);
  return {
    ...Object.fromEntries(CONTACT_MEMBERS.map((name) => [name, contact[name] ?? ""])),
    ...(world.profile === "2026" ? { employee_count: contact.employee_count ?? "Just Me" } : {}),
  };
}

export function accountBody(world: World, account: Account): Tree {
  return {
    id: account.id,
    owner_id: account.owner.id,
    owner_email: account.owner.email,
    options: {
      share_rc: false,
      room_connector_list: [],
      share_mc: false,
      meeting_connector_list: [],
      pay_mode: account.payMode,
      billing_auto_renew: account.autoRenew,
    },
    created_at: account.createdAt,
    vanity_url: "",
    ...(world.profile === "2026" ? members2026(account) : {}),
  };
}

/** `account_number` and `account_type` are the server's own; the rest follows from the plans. */
function members2026(account: Account): Tree {
  const base = runningBase(account);
  const instant = (day: Day) => `${textOf(day)}T00:00:00Z`;
  return {
    account_name: account.name,
    seats: base?.hosts ?? 0,
    reseller: account.reseller,
    ...(base === undefined
      ? {}
      : {
          subscription_start_time: instant(base.start),
          subscription_end_time: instant(base.periodEnd),
        }),
  };
}
