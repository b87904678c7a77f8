/** What a diff or an apply says: for people in lines, for programs as JSON. */
import type { Paint } from "../output.js";
import type { Renewal } from "./estimate.js";
import type { Holding, StepChange } from "./plan-steps.js";
import type { AccountPlan, StepCost } from "./survey.js";

/** What became of a step. */
export type StepOutcome =
  | { readonly state: "planned" | "done" | "not done" }
  | { readonly state: "failed" | "unknown"; readonly message: string };

export function changedAccounts(plans: readonly AccountPlan[]): readonly AccountPlan[] {
  return plans.filter(({ steps }) => steps.length > 0);
}

/** What would be, or was, done to each account that is not as the file says. */
export function renderAccounts(plans: readonly AccountPlan[], paint: Paint): string {
  return changedAccounts(plans)
    .map((plan) => {
      const lines = plan.steps.flatMap(({ step, cost }) => [
        ...step.changes.map((change) => `  ${changeLine(change, paint)}`),
        `      ${costText(cost)}`,
        ...cost.warnings.map((warning) => `      ${paint("yellow", "note")} ${warning}`),
      ]);
      return [paint("bold", title(plan)), ...lines, `  ${renewalText(plan)}`, ""].join("\n");
    })
    .join("\n");
}

function title({ desired, id }: AccountPlan): string {
  return desired.by === "id" ? id : `${desired.name} (${id})`;
}

function changeLine({ from, to, role, isResumed }: StepChange, paint: Paint): string {
  const suffix = role === "base" ? " (base)" : "";
  if (from === undefined) return paint("green", `+ ${holdingText(to)}${suffix}`);
  if (to === undefined) {
    return `${paint("red", `- ${holdingText(from)}${suffix}`)} ends with its paid period`;
  }
  const verb = isResumed ? "goes on" : "becomes";
  const target =
    from.type === to.type && to.hosts !== undefined ? String(to.hosts) : holdingText(to);
  return paint("yellow", `~ ${holdingText(from)}${suffix} ${verb} ${target}`);
}

function holdingText(holding: Holding | undefined): string {
  if (holding === undefined) return "";
  return holding.hosts === undefined ? holding.type : `${holding.type} × ${holding.hosts}`;
}

function costText({ source, nowMinor, currency, nextInvoice }: StepCost): string {
  const now = nowMinor === null ? "not known" : `${money(nowMinor)} ${currency}`;
  const basis = source === "preview" ? "previewed" : "by the price book, before tax";
  const next =
    nextInvoice === undefined
      ? ""
      : `; next invoice on ${nextInvoice.date}: ${money(nextInvoice.totalMinor)} ${currency}`;
  return `now ${now} (${basis})${next}`;
}

function renewalText({ renewals: list, desired }: AccountPlan): string {
  if (desired.base === null) return "renews: nothing";
  if (list === null) return "renews at a price that is not known";
  const parts = list.map(({ months, amountMinor }) => `${money(amountMinor)} ${every({ months })}`);
  return `renews at ${parts.join(" and ")} (by the price book, before tax)`;
}

function every({ months }: Pick<Renewal, "months">): string {
  if (months === 1) return "every month";
  return months % 12 === 0
    ? months === 12
      ? "every year"
      : `every ${months / 12} years`
    : `every ${months} months`;
}

export interface Totals {
  readonly accounts: number;
  readonly changed: number;
  readonly writes: number;
  readonly cancellations: number;
  /** By currency; null: of some step it is not known. */
  readonly now: Readonly<Record<string, number | null>>;
}

export function totalsOf(plans: readonly AccountPlan[]): Totals {
  const now: Record<string, number | null> = {};
  let [writes, cancellations] = [0, 0];
  for (const { step, cost } of plans.flatMap(({ steps }) => steps)) {
    writes += 1;
    if (step.changes.some(({ to }) => to === undefined)) cancellations += 1;
    const sum = now[cost.currency];
    const isUnknown = sum === null || cost.nowMinor === null;
    now[cost.currency] = isUnknown ? null : (sum ?? 0) + cost.nowMinor;
  }
  const accounts = plans.length;
  return { accounts, changed: changedAccounts(plans).length, writes, cancellations, now };
}

export function totalsText({ accounts, changed, writes, cancellations, now }: Totals): string {
  if (changed === 0)
    return `As the file says: ${counted(accounts, "account")} of ${accounts}. Nothing changes.`;
  const amounts = Object.entries(now).map(([currency, minor]) =>
    minor === null ? `an unknown amount of ${currency}` : `${money(minor)} ${currency}`,
  );
  const ends = cancellations === 0 ? "" : `, ${counted(cancellations, "cancellation")} among them`;
  const what = `${counted(writes, "write")} to ${changed} of ${counted(accounts, "account")}${ends}`;
  return `${what}; now ${amounts.join(" and ")}.`;
}

export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

export function accountJson(plan: AccountPlan, outcomes?: readonly StepOutcome[]): unknown {
  return {
    account: plan.id,
    ...(plan.desired.by === "email" ? { email: plan.desired.name } : {}),
    line: plan.desired.place.line,
    steps: plan.steps.map(({ step, cost }, index) => ({
      operation: step.tool,
      body: step.body,
      changes: step.changes.map(({ role, from, to, isResumed }) => ({
        role,
        from: holdingJson(from),
        to: holdingJson(to),
        resumed: isResumed,
      })),
      cost: {
        source: cost.source,
        now: major(cost.nowMinor),
        currency: cost.currency,
        next_invoice:
          cost.nextInvoice === undefined
            ? null
            : { date: cost.nextInvoice.date, total_amount: major(cost.nextInvoice.totalMinor) },
        warnings: cost.warnings,
      },
      ...(outcomes === undefined ? {} : outcomes[index]),
    })),
    renews:
      plan.renewals?.map(({ months, amountMinor }) => ({ months, amount: major(amountMinor) })) ??
      null,
  };
}

export function totalsJson({ now, ...rest }: Totals): unknown {
  const amounts = Object.entries(now).map(([currency, minor]) => [currency, major(minor)]);
  return { ...rest, now: Object.fromEntries(amounts) };
}

function holdingJson(holding: Holding | undefined): unknown {
  return holding === undefined ? null : { type: holding.type, hosts: holding.hosts ?? null };
}

function major(minor: number | null): number | null {
  return minor === null ? null : minor / 100;
}

/** `1,999.00`: integers of minor units all the way, no fractions that are not there. */
function money(minor: number): string {
  const digits = String(Math.abs(minor)).padStart(3, "0");
  const whole = digits.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, ",");
  return `${minor < 0 ? "-" : ""}${whole}.${digits.slice(-2)}`;
}
