/**
 * Request bodies of POST plans and POST addons as commands. Where a plan of a family stands in a body,
 * and what its entry carries, is read from the contract's table of families; nothing is listed here.
 * Bodies have passed the operation's schema before, so their length is bounded; a type that is named twice
 * is refused by the engine, so no request starts more items than there are types.
 */
import { type FamilyShape, families, type PlanFamily } from "@paymaster/contract";
import { assert } from "./assert.js";
import type { AddonCommand, PlanRequest, SubscribeCommand } from "./command.js";
import type { Contact } from "./contact.js";
import { addonFamilyOf, factsIfKnown } from "./plan-facts.js";
import type { ItemOptions } from "./state.js";

type Json = Readonly<Record<string, unknown>>;

const BASE_FAMILY = "plan_base";
const BUNDLE_FAMILY = "plan_bundle";
/** Members of an entry that belong to the item besides type and hosts. */
const OPTION_MEMBERS = [
  "callout_countries",
  "tollfree_countries",
  "premium_countries",
  "ddi_numbers",
] as const satisfies readonly (keyof ItemOptions)[];

/** The command of a POST plans body. Bundles are refused whole, so nothing of one is read. */
export function subscribeCommandOf(body: Json): SubscribeCommand {
  const found = families
    .filter((family) => family.name !== BUNDLE_FAMILY)
    .flatMap((family) => entriesOf(body, family, family.request?.path ?? []));
  const base = found.find((plan) => plan.family === BASE_FAMILY);
  assert(base !== undefined, "the schema requires plan_base");
  const contact = isObject(body.contact) ? (body.contact as Contact) : null;
  return {
    kind: "subscribe",
    base: { ...base, role: "base" },
    addons: found.filter((plan) => plan !== base),
    contact,
    hasBundle: body[BUNDLE_FAMILY] !== undefined,
    contractTermMonths: contractTermOf(body.subscription_options),
  };
}

function contractTermOf(options: unknown): number | null {
  if (!isObject(options)) return null;
  return typeof options.contract_term === "number" ? options.contract_term : null;
}

/**
 * The command of a POST addons body: one type with its hosts, or a group of families (`plan_phone` with
 * `plan_details`, `plan_zcc` with `plan_zcc_details`, ...). A type that no add-on family holds is passed on
 * as it is, for the engine to refuse.
 */
export function addonCommandOf(body: Json): AddonCommand {
  const type = String(body.type);
  const grouped = families.filter((family) => family.name.startsWith(`${type}.`));
  if (grouped.length === 0) return { kind: "addon", addons: [singleAddon(body, type)] };
  const details = body[type === "plan_phone" ? "plan_details" : `${type}_details`];
  const addons = !isObject(details)
    ? []
    : grouped.flatMap((family) => entriesOf(details, family, family.name.split(".").slice(1)));
  // A group without a plan in it is asked for by its name, which is no plan type.
  return { kind: "addon", addons: addons.length > 0 ? addons : [singleAddon(body, type)] };
}

function singleAddon(body: Json, planType: string): PlanRequest {
  const facts = factsIfKnown(planType);
  const family = facts === null ? null : addonFamilyOf(facts);
  return {
    family: family ?? "",
    role: "addon",
    planType,
    hosts: hostsOf(body),
    options: optionsOf(body),
  };
}

/** The entries of one family that stand at a path of the body. */
function entriesOf(body: Json, family: PlanFamily, path: readonly string[]): PlanRequest[] {
  if (path.length === 0) return [];
  let value: unknown = body;
  for (const member of path) value = isObject(value) ? value[member] : undefined;
  if (value === undefined || value === null) return [];
  const entries: unknown[] = Array.isArray(value) ? value : [value];
  return entries.map((entry) => entryOf(entry, family.name, family.shape));
}

function entryOf(entry: unknown, family: string, shape: FamilyShape): PlanRequest {
  if (shape === "code") {
    return { family, role: "addon", planType: String(entry), hosts: null, options: {} };
  }
  assert(isObject(entry), `an entry of ${family} is an object`);
  const planType = String(entry.type);
  return { family, role: "addon", planType, hosts: hostsOf(entry), options: optionsOf(entry) };
}

function hostsOf(entry: Json): number | null {
  return typeof entry.hosts === "number" ? entry.hosts : null;
}

function optionsOf(entry: Json): ItemOptions {
  const given = OPTION_MEMBERS.filter((member) => entry[member] !== undefined);
  return Object.fromEntries(given.map((member) => [member, entry[member]]));
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
