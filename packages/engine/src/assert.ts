/** A promise of the engine or of its caller was broken: always a defect, never a user's mistake. */
export class EngineDefect extends Error {
  override readonly name = "EngineDefect";
}

/** Stops at once when `condition` does not hold. Kept in production: a wrong amount must not go on. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new EngineDefect(message);
}
