/** What was expected and what came, in the fewest words that tell a person where to look. */
export class Violation extends Error {
  readonly details: Readonly<Record<string, unknown>>;

  constructor(message: string, details: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.details = details;
  }
}

/** The paths at which two JSON values differ, with both values; none: they are the same. */
export function differences(expected: unknown, actual: unknown, path = ""): string[] {
  if (Object.is(expected, actual)) return [];
  if (Array.isArray(expected) && Array.isArray(actual)) {
    const found: string[] = [];
    for (let index = 0; index < Math.max(expected.length, actual.length); index += 1) {
      found.push(...differences(expected[index], actual[index], `${path}[${index}]`));
    }
    return found;
  }
  if (isObject(expected) && isObject(actual)) {
    const names = new Set([...Object.keys(expected), ...Object.keys(actual)]);
    return [...names].flatMap((name) =>
      differences(expected[name], actual[name], path === "" ? name : `${path}.${name}`),
    );
  }
  return [`${path || "(whole)"}: expected ${show(expected)}, got ${show(actual)}`];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function show(value: unknown): string {
  return (
    JSON.stringify(value, (_, inner: unknown) =>
      typeof inner === "bigint" ? `${inner}n` : inner instanceof Map ? [...inner] : inner,
    ) ?? "nothing"
  );
}
