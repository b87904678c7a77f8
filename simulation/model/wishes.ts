/** Plans that a request asks for, each with the family of its place. */
import { families, type PlanFamily } from "@paymaster/contract";
import type { Charge } from "./invoicing.js";
import type { Account } from "./state.js";
import type { World } from "./world.js";

export type Body = Readonly<Record<string, unknown>>;

/** One plan of a request, with its place. */
export interface Wish {
  readonly family: string;
  readonly type: string;
  /** null: not given, or its family has none. */
  readonly hosts: number | null;
  readonly options: Readonly<Record<string, unknown>>;
}

export interface Decided {
  readonly account: Account;
  readonly charges: readonly Charge[];
}

/** The add-ons of a POST plans body, in the order of the documents. */
export function addonWishes(body: Body, world: World): Wish[] {
  return families.flatMap((family) => {
    const { name, request } = family;
    if (name === "plan_base" || request === null || request.since > world.profile) return [];
    return wishesIn(body, family, request.path);
  });
}

/** The entries of a family that stand at a path of the body. */
export function wishesIn(
  body: Body | undefined,
  family: PlanFamily,
  path: readonly string[],
): Wish[] {
  let value: unknown = body;
  for (const member of path) value = (value as Body | undefined)?.[member];
  if (value === undefined) return [];
  const entries: unknown[] = Array.isArray(value) ? value : [value];
  return entries.map((entry) => wishOf(entry, family.name, family));
}

const OPTIONS = ["callout_countries", "tollfree_countries", "premium_countries", "ddi_numbers"];

export function wishOf(entry: unknown, name: string, family?: PlanFamily): Wish {
  if (typeof entry === "string") return { family: name, type: entry, hosts: null, options: {} };
  const members = entry as Body;
  const isCounted = family === undefined || family.hasHosts || members.hosts !== undefined;
  const options = Object.entries(members).filter(([member]) => OPTIONS.includes(member));
  return {
    family: name,
    type: String(members.type),
    hosts: isCounted ? ((members.hosts as number | undefined) ?? null) : null,
    options: Object.fromEntries(options),
  };
}
