/** The plans of an account as one list, whatever places of the answer of GET plans they stand in. */
import { families, type PlanFamily } from "@paymaster/contract";

export interface HeldPlan {
  readonly family: PlanFamily;
  readonly type: string;
  /** undefined: the family has none. */
  readonly hosts: number | undefined;
  /** As on the wire, e.g. `active`, `cancel`; undefined: the family shows none. */
  readonly status: string | undefined;
  /** First day that is not yet invoiced, `YYYY-MM-DD`. */
  readonly nextInvoiceDate: string | undefined;
}

/** @param answer of GET plans */
export function plansHeld(answer: unknown): readonly HeldPlan[] {
  return families.flatMap((family) => {
    const { path } = family.plans;
    return entriesAt(answer, path).map((entry): HeldPlan => {
      // A plan that is only a code has its status and dates beside it.
      const beside = (name: string) =>
        typeof entry === "string"
          ? valueAt(answer, [...path.slice(0, -1), `${path.at(-1)}_${name}`])
          : recordOf(entry)[name];
      return {
        family,
        ...planIn(entry),
        status: textOf(beside("status")),
        nextInvoiceDate: textOf(beside("next_invoice_date")),
      };
    });
  });
}

/** Neither cancelled nor over. Not every family shows a status: what is shown without one is held. */
export function isHeldActive({ status }: HeldPlan): boolean {
  return status === undefined || /^active$/i.test(status);
}

/** An entry of a request or an answer. */
export function planIn(entry: unknown): { type: string; hosts: number | undefined } {
  if (typeof entry === "string") return { type: entry, hosts: undefined };
  const { type, hosts } = recordOf(entry);
  return { type: String(type), hosts: typeof hosts === "number" ? hosts : undefined };
}

/** One entry or several, whichever it is: request and answer do not always agree. */
export function entriesAt(value: unknown, path: readonly string[]): unknown[] {
  const found = valueAt(value, path);
  if (found === undefined || found === null) return [];
  return Array.isArray(found) ? found : [found];
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((at, name) => recordOf(at)[name], value);
}

export function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

export function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
