/** Seeded randomness: the same seed gives the same workload on every machine. */
export class Random {
  #state: number;

  constructor(seed: number) {
    if (!Number.isSafeInteger(seed) || seed < 0)
      throw new Error(`a seed is a whole number: ${seed}`);
    this.#state = (seed ^ 0x9e3779b9) >>> 0;
    for (let round = 0; round < 4; round += 1) this.next();
  }

  /** 0 <= x < 1 (mulberry32). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** A whole number from `low` to `high`, both included. */
  int(low: number, high: number): number {
    if (high < low) throw new Error(`nothing lies between ${low} and ${high}`);
    return low + Math.floor(this.next() * (high - low + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(from: readonly T[]): T {
    const found = from[this.int(0, from.length - 1)];
    if (found === undefined) throw new Error("nothing to pick from");
    return found;
  }

  /** One of the keys, each as often as its weight says. */
  weighted<K extends string>(weights: Readonly<Record<K, number>>): K {
    const entries = Object.entries(weights) as [K, number][];
    let left = this.next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [key, weight] of entries) {
      left -= weight;
      if (left < 0) return key;
    }
    const last = entries.at(-1);
    if (last === undefined) throw new Error("nothing to pick from");
    return last[0];
  }

  shuffled<T>(from: readonly T[]): T[] {
    const list = [...from];
    for (let index = list.length - 1; index > 0; index -= 1) {
      const other = this.int(0, index);
      const [a, b] = [list[index], list[other]];
      if (a === undefined || b === undefined) throw new Error("an index out of range");
      list[index] = b;
      list[other] = a;
    }
    return list;
  }
}
