/** Values by name, of which the ones not asked for longest are dropped when there are too many. */

export interface Known<T> {
  get(name: string, create: () => T): T;
  clear(): void;
}

export function createKnown<T>(maxSize: number, drop: (value: T) => void): Known<T> {
  const values = new Map<string, T>();
  return {
    get(name, create) {
      const value = values.get(name) ?? create();
      // A Map keeps the order of insertion: the first entry is the one not asked for longest.
      values.delete(name);
      values.set(name, value);
      const [oldest] = values;
      if (values.size > maxSize && oldest !== undefined) {
        values.delete(oldest[0]);
        drop(oldest[1]);
      }
      return value;
    },
    clear() {
      for (const value of values.values()) drop(value);
      values.clear();
    },
  };
}
