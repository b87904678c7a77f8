/**
 * What a world is made of. Half of the worlds have everything; the others have few plans, which then meet
 * each other more often, and more of some things than of others.
 */
import type { Random } from "../random.js";
import { ADDONS, BASES } from "./plans.js";

export interface Taste {
  readonly bases: readonly string[];
  readonly addons: readonly string[];
  /** As often as `usual` says, or as this world likes it. */
  weights<K extends string>(usual: Readonly<Record<K, number>>): Readonly<Record<K, number>>;
}

/** How much more, or less, there may be of one thing. */
const FACTORS = [0.2, 1, 1, 3] as const;

export function makeTaste(random: Random): Taste {
  if (random.chance(0.5)) return { bases: BASES, addons: ADDONS, weights: (usual) => usual };
  const factors = new Map<string, number>();
  const factorOf = (name: string): number => {
    const factor = factors.get(name) ?? random.pick(FACTORS);
    factors.set(name, factor);
    return factor;
  };
  return {
    bases: random.shuffled(BASES).slice(0, random.int(2, 4)),
    addons: random.shuffled(ADDONS).slice(0, random.int(4, 12)),
    weights: <K extends string>(usual: Readonly<Record<K, number>>) => {
      const entries = Object.entries(usual) as [K, number][];
      const liked = entries.map(([name, weight]) => [name, weight * factorOf(name)]);
      return Object.fromEntries(liked) as Record<K, number>;
    },
  };
}
