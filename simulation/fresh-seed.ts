/** A first seed for today and this state of the program: another day or another commit tries others. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";

/** Below this, seeds are chosen by people. */
const FRESH_FROM = 1_000_000;
const FRESH_SEEDS = 1_000_000_000;

export function freshSeed(): number {
  const day = new Date().toISOString().slice(0, 10);
  const digest = createHash("sha256").update(`${day} ${commit()}`).digest();
  return FRESH_FROM + (digest.readUInt32BE() % FRESH_SEEDS);
}

/** Of this checkout; without git, the day alone counts. */
function commit(): string {
  try {
    return execFileSync("git", ["rev-parse", "HEAD"], { stdio: ["ignore", "pipe", "ignore"] })
      .toString()
      .trim();
  } catch {
    return "";
  }
}
