/** Numbers, spans and instants for people. */

/** Whole numbers as they are, others with two decimals. */
export function count(value: number): string {
  const digits = Number.isInteger(value) ? 0 : 2;
  return value.toLocaleString("en-US", {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

/** `1 call`, `2 calls` */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** `8 min 20 s`: the two largest units. */
export function span(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  const units = [
    ["d", Math.floor(seconds / 86_400)],
    ["h", Math.floor(seconds / 3_600) % 24],
    ["min", Math.floor(seconds / 60) % 60],
    ["s", seconds % 60],
  ] as const;
  const first = units.findIndex(([, value]) => value > 0);
  if (first === -1) return "0 s";
  const shown = units.slice(first, first + 2).filter(([, value]) => value > 0);
  return shown.map(([unit, value]) => `${value} ${unit}`).join(" ");
}

/** `2026-11-22 10:08:20 UTC` */
export function instant(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
