/** Checks what a file says against the plan catalogue, whatever the file's form. */
import { findFamily, findPlan, mayBeBase, type Plan, plans } from "@paymaster/contract";
import type { DesiredAccount, DesiredPlan, FileProblem, Place } from "./desired.js";

/** A plan as the file has it. */
export interface RawPlan {
  readonly type: unknown;
  readonly typePlace: Place;
  readonly hosts: unknown;
  readonly hostsPlace: Place;
  readonly options: Readonly<Record<string, unknown>>;
}

export interface RawAccount {
  readonly id: unknown;
  readonly email: unknown;
  readonly base: RawPlan | null;
  readonly addOns: readonly RawPlan[];
  readonly contact: Readonly<Record<string, string>> | undefined;
  readonly place: Place;
}

/** Collects all problems of a file, so that they can be mended in one go. */
export class Problems {
  readonly found: FileProblem[] = [];

  add(place: Place, message: string): void {
    this.found.push({ line: place.line, column: place.column, message });
  }
}

const MAX_ACCOUNTS = 100_000;

export function checkAccounts(
  raw: readonly RawAccount[],
  problems: Problems,
): readonly DesiredAccount[] {
  if (raw.length > MAX_ACCOUNTS) {
    problems.add({ line: 1, column: 1 }, `expected at most ${MAX_ACCOUNTS} accounts`);
    return [];
  }
  const seen = new Map<string, Place>();
  return raw.flatMap((account) => {
    const named = nameOf(account, problems);
    if (named === undefined) return [];
    const key = `${named.by} ${named.name.toLowerCase()}`;
    const first = seen.get(key);
    if (first !== undefined) {
      problems.add(account.place, `${named.name} stands in line ${first.line} already`);
      return [];
    }
    seen.set(key, account.place);
    const base = account.base === null ? null : checkPlan(account.base, "base", problems);
    const addOns = account.addOns.flatMap((plan) => checkPlan(plan, "add-on", problems) ?? []);
    if (account.base === null && account.addOns.length > 0) {
      problems.add(account.place, "expected a base plan, since add-ons need one");
    }
    checkTogether(addOns, problems);
    const { contact, place } = account;
    return base === undefined ? [] : [{ ...named, base, addOns, contact, place }];
  });
}

function nameOf({ id, email, place }: RawAccount, problems: Problems) {
  const given = [id, email].filter((value) => value !== undefined && value !== "");
  if (given.length !== 1) {
    problems.add(place, "expected either account (its id) or email (its owner's)");
    return undefined;
  }
  const [name] = given;
  const by = name === id ? "id" : "email";
  if (typeof name !== "string" || (by === "email" && !name.includes("@"))) {
    const what = by === "id" ? "account: expected an id as text" : "email: expected an address";
    problems.add(place, `${what}, got ${JSON.stringify(name)}`);
    return undefined;
  }
  return { by, name } as const;
}

/** @returns undefined after a problem */
function checkPlan(
  raw: RawPlan,
  role: "base" | "add-on",
  problems: Problems,
): DesiredPlan | undefined {
  const { type, typePlace, options } = raw;
  const plan = typeof type === "string" ? findPlan(type) : undefined;
  if (plan === undefined) {
    const near = typeof type === "string" ? nearest(type) : undefined;
    const hint = near === undefined ? "" : `; did you mean ${near}?`;
    problems.add(typePlace, `expected a plan type, got ${JSON.stringify(type)}${hint}`);
    return undefined;
  }
  const fits =
    role === "base" ? mayBeBase(plan) : plan.families.some((name) => name !== "plan_base");
  if (!fits || plan.interval === "trial") {
    problems.add(
      typePlace,
      `${plan.type} cannot be ${role === "base" ? "a base plan" : "an add-on"}`,
    );
    return undefined;
  }
  const hosts = checkHosts(raw, plan, problems);
  if (hosts === false) return undefined;
  return { type: plan.type, hosts, options, place: typePlace };
}

/** @returns false after a problem */
function checkHosts(raw: RawPlan, plan: Plan, problems: Problems): number | undefined | false {
  const { hosts, hostsPlace } = raw;
  if (plan.hosts === null) {
    if (hosts === undefined || hosts === 1) return undefined;
    problems.add(
      hostsPlace,
      `${plan.type} has no hosts; expected none, got ${JSON.stringify(hosts)}`,
    );
    return false;
  }
  const { min, max } = plan.hosts;
  if (typeof hosts === "number" && Number.isInteger(hosts) && hosts >= min && hosts <= max) {
    return hosts;
  }
  const got = hosts === undefined ? "none" : JSON.stringify(hosts);
  problems.add(hostsPlace, `${plan.type}: expected hosts from ${min} to ${max}, got ${got}`);
  return false;
}

/** A type once, and of a family that holds one plan no more than one. */
function checkTogether(addOns: readonly DesiredPlan[], problems: Problems): void {
  const types = new Set<string>();
  const families = new Map<string, string>();
  for (const { type, place } of addOns) {
    const family = findFamily(addOnFamily(type));
    const other = family?.many === false ? families.get(family.name) : undefined;
    if (types.has(type)) problems.add(place, `${type} stands here twice`);
    else if (other !== undefined) {
      problems.add(place, `${type} and ${other} cannot be held together`);
    }
    types.add(type);
    if (family !== undefined) families.set(family.name, type);
  }
}

/** The family that a plan is held in as an add-on. @param type of the catalogue */
export function addOnFamily(type: string): string {
  return findPlan(type)?.families.find((name) => name !== "plan_base") ?? "plan_base";
}

const MAX_DISTANCE = 4;

function nearest(text: string): string | undefined {
  let best: string | undefined;
  let bestDistance = MAX_DISTANCE + 1;
  for (const { type } of plans) {
    if (Math.abs(type.length - text.length) >= bestDistance) continue;
    const distance = editDistance(type, text.slice(0, 100));
    if (distance < bestDistance) [best, bestDistance] = [type, distance];
  }
  return best;
}

function editDistance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= other.length; j += 1) {
      const change = (row[j - 1] ?? 0) + (one[i - 1] === other[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[other.length] ?? 0;
}
