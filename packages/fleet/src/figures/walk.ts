/** A walk over an answer's members: some sources show one plan where others show a list of them. */

const MAX_DEPTH = 4;

export interface Found<T> {
  /** Names of the members that lead to it, e.g. `plan_phone.plan_calling`. */
  readonly family: string;
  readonly value: T;
}

/** The objects in an answer for which `is` holds, at whatever depth; nothing inside of them. */
export function membersWith<T extends object>(
  answer: unknown,
  is: (value: object) => value is T,
): Found<T>[] {
  const found: Found<T>[] = [];
  walk(answer, "", 0, (value, family) => {
    if (!is(value)) return false;
    found.push({ family, value });
    return true;
  });
  return found;
}

function walk(
  value: unknown,
  family: string,
  depth: number,
  visit: (value: object, family: string) => boolean,
): void {
  if (typeof value !== "object" || value === null || depth > MAX_DEPTH) return;
  if (visit(value, family)) return;
  for (const [name, member] of Object.entries(value)) {
    const inner = Array.isArray(value) ? family : family === "" ? name : `${family}.${name}`;
    walk(member, inner, depth + 1, visit);
  }
}
