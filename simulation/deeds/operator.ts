/** What operators do to one account or invoice: payments, cancellations, posting drafts, flags, usage. */
import { show } from "../audit/violation.js";
import { textOf } from "../model/calendar.js";
import { cancelInvoice } from "../model/cancellation.js";
import { type Flag, setFlag } from "../model/flags.js";
import { majorOf } from "../model/money.js";
import { type PaymentWish, pay } from "../model/payments.js";
import { postDraft } from "../model/runs.js";
import type { Invoice } from "../model/state.js";
import { report as reportUsage, type UsageReport } from "../model/usage.js";
import type { Simulation } from "../simulation.js";
import { makeFlag } from "../workload/flags.js";
import { makePayment } from "../workload/payments.js";
import { makeUsage } from "../workload/usage.js";
import { type Deed, wholeDeed } from "./deed.js";

export function paymentDeed(sim: Simulation, account?: string): Deed {
  const { random } = sim;
  const id = account ?? random.pick(random.chance(0.5) ? sim.payers : sim.subs);
  const wish = makePayment(random, sim.world, sim.account(id), () => `ref-${sim.serial()}`);
  const body = paymentBody(wish);
  return wholeDeed({
    what: `payment to ${id} ${show(body)}`,
    account: id,
    again: "as it stands",
    send: (server) => sim.admin(server, "POST", `/accounts/${id}/payments`, body),
    foresee: (world) => pay(world, id, wish),
  });
}

function paymentBody(wish: PaymentWish): Readonly<Record<string, unknown>> {
  return {
    amount: majorOf(wish.amount),
    currency: wish.currency,
    reference: wish.reference,
    ...(wish.invoices === null ? {} : { invoice_ids: wish.invoices }),
  };
}

export function cancellationDeed(sim: Simulation, account?: string): Deed | null {
  const invoice = pickInvoice(sim, account);
  if (invoice === undefined) return null;
  return wholeDeed({
    what: `invoice ${invoice.number} (${invoice.id}) of ${invoice.account} is cancelled`,
    account: invoice.account,
    again: "as it stands",
    send: (server) => sim.admin(server, "POST", `/invoices/${invoice.id}/cancel`),
    foresee: (world) => cancelInvoice(world, invoice.id),
  });
}

/** An invoice or draft; the newest most often. */
function pickInvoice({ random, world, subs }: Simulation, id?: string): Invoice | undefined {
  const account = world.get(id ?? random.pick(subs));
  const known = [...account.invoices.slice(random.chance(0.7) ? -2 : -20), ...account.drafts];
  return known.length === 0 ? undefined : random.pick(known);
}

export function draftDeed(sim: Simulation): Deed | null {
  const drafts = [...sim.world.accounts()].flatMap((account) => account.drafts);
  if (drafts.length === 0) return null;
  const draft = sim.random.pick(drafts);
  return wholeDeed({
    what: `draft ${draft.id} of ${draft.account} for ${textOf(draft.target)} is posted`,
    account: draft.account,
    again: "as it stands",
    send: (server) => sim.admin(server, "POST", `/invoices/${draft.id}/post`),
    foresee: (world) => postDraft(world, draft.id),
  });
}

export function flagDeed(sim: Simulation, account?: string): Deed {
  const { random } = sim;
  const id = account ?? random.pick(random.chance(0.3) ? sim.payers : sim.subs);
  return setFlagDeed(sim, id, makeFlag(random, sim.account(id)));
}

export function setFlagDeed(sim: Simulation, id: string, flag: Flag): Deed {
  return wholeDeed({
    what: `${id}: ${show(flag)}`,
    account: id,
    again: "as it stands",
    send: (server) => sim.admin(server, "PATCH", `/accounts/${id}`, flag),
    foresee: (world) => setFlag(world, id, flag),
  });
}

export function usageDeed(sim: Simulation, id = sim.random.pick(sim.subs)): Deed {
  const report = makeUsage(sim.random, sim.account(id));
  const body = usageBody(report);
  return wholeDeed({
    what: `usage of ${id} ${show(body)}`,
    account: id,
    again: "never",
    send: (server) => sim.admin(server, "PUT", `/accounts/${id}/usage`, body),
    foresee: (world) => reportUsage(world, id, report),
  });
}

function usageBody({ hosts, storageGb, charges }: UsageReport): Readonly<Record<string, unknown>> {
  const amounts = Object.entries(charges ?? {}).map(([type, amount]) => [type, majorOf(amount)]);
  return {
    ...(hosts === undefined ? {} : { hosts }),
    ...(storageGb === undefined ? {} : { recording_gb: storageGb }),
    ...(charges === undefined ? {} : { charges: Object.fromEntries(amounts) }),
  };
}
