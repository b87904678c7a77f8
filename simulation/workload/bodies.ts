/** Parts of the bodies of plan commands: entries at their places, numbers of hosts. */
import { findFamily, type PlanFamily } from "@paymaster/contract";
import { type Account, runningBase } from "../model/state.js";
import type { Random } from "../random.js";
import { plan } from "./plans.js";

/** One add-on among others. */
export function partBody(random: Random, type: string, beside: Account | number): unknown {
  const baseHosts = typeof beside === "number" ? beside : (runningBase(beside)?.hosts ?? 5);
  const { shape } = familyOf(type);
  return shape === "code" ? type : addonBody(random, type, hostsFor(random, type, baseHosts));
}

export function familyOf(type: string): PlanFamily {
  return findFamily(plan(type).families[0] ?? "");
}

/** An entry at its place: into a list, or as the one there; a second one takes the place of the first. */
export function put(body: Nested, path: readonly string[], list: boolean, entry: unknown): void {
  const [member = "", ...rest] = path;
  if (rest.length > 0) {
    const inner = (body[member] as Nested | undefined) ?? {};
    body[member] = inner;
    put(inner, rest, list, entry);
  } else {
    body[member] = list ? [...((body[member] as unknown[] | undefined) ?? []), entry] : entry;
  }
}

export type Nested = Record<string, unknown>;

/** One add-on as POST addons takes it. */
export function addonBody(random: Random, type: string, hosts: number): Record<string, unknown> {
  const { shape } = familyOf(type);
  if (shape === "audio") {
    return random.chance(0.05) ? { type } : { type, tollfree_countries: "US,DE" };
  }
  if (shape === "callout" && random.chance(0.3)) return { type, callout_countries: "US" };
  return shape === "hosts" ? { type, hosts } : { type };
}

/** Hosts within the plan's limits, now and then outside. */
export function hostsFor(random: Random, type: string, baseHosts: number): number {
  const { hosts } = plan(type);
  if (hosts === null) return 1;
  if (random.chance(0.03)) return random.pick([0, -1, hosts.min - 1, hosts.max + 1, 10_000]);
  return random.int(hosts.min, Math.min(hosts.max, Math.max(hosts.min, baseHosts)));
}

export function around(random: Random, hosts: number, counted = true): number {
  if (!counted) return 1;
  if (random.chance(0.02)) return random.pick([0, 10_000, hosts + 100]);
  return Math.max(1, hosts + random.int(-3, 4));
}
