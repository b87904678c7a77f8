/**
 * What was spent, in one file for each day of the service. A reservation is a line that is appended
 * and then found again: whoever's line comes first has the money, so that several servers on one
 * machine never spend more than the limit between them, and need no lock.
 */
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import type { Reservation, SpendingStore } from "./spending.js";

interface Entry {
  readonly id: string;
  readonly currency: string;
  /** Absent in an entry that gives the reservation of the same id back. */
  readonly amount_minor?: number;
}

/** About 8,000 changes; a day that has more of them is not an ordinary one. */
const MAX_FILE_BYTES = 1024 * 1024;
/** Past days are of no use but to a person who looks. */
const DAYS_KEPT = 60;
const DAY_FILE = /^\d{4}-\d{2}-\d{2}\.jsonl$/;

/**
 * @param folder of this service's spending, made when it is not there (mode 0700)
 * @returns a store whose functions reject when the files cannot be read or written
 */
export function createSpendingFiles(folder: string): SpendingStore {
  return {
    async spent(day, currency) {
      return total(readEntries(fileOf(folder, day)), currency);
    },
    async reserve(reservation) {
      const file = fileOf(folder, reservation.day);
      prepare(folder, file);
      append(file, {
        id: reservation.id,
        currency: reservation.currency,
        amount_minor: reservation.amountMinor,
      });
      const entries = readEntries(file);
      const own = entries.findIndex(({ id }) => id === reservation.id);
      if (own < 0) throw new Error(`${file} does not keep what is written to it`);
      const before = total([...entries.slice(0, own), ...releases(entries)], reservation.currency);
      if (before + reservation.amountMinor <= reservation.limitMinor) return true;
      append(file, release(reservation));
      return false;
    },
    async release(reservation) {
      append(fileOf(folder, reservation.day), release(reservation));
    },
  };
}

function fileOf(folder: string, day: string): string {
  if (!DAY_FILE.test(`${day}.jsonl`)) throw new Error(`not a day: ${JSON.stringify(day)}`);
  return join(folder, `${day}.jsonl`);
}

function release({ id, currency }: Reservation): Entry {
  return { id, currency };
}

function releases(entries: readonly Entry[]): Entry[] {
  return entries.filter(({ amount_minor }) => amount_minor === undefined);
}

function total(entries: readonly Entry[], currency: string): number {
  const released = new Set(releases(entries).map(({ id }) => id));
  return entries
    .filter((entry) => entry.currency === currency && !released.has(entry.id))
    .reduce((sum, { amount_minor }) => sum + (amount_minor ?? 0), 0);
}

function prepare(folder: string, file: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const size = statSync(file, { throwIfNoEntry: false })?.size;
  if (size === undefined) removeOldDays(folder);
  else if (size > MAX_FILE_BYTES) throw new Error(`${file} is longer than a day's spending can be`);
}

function removeOldDays(folder: string): void {
  const days = readdirSync(folder).filter((name) => DAY_FILE.test(name));
  for (const name of days.sort().slice(0, -DAYS_KEPT)) rmSync(join(folder, name), { force: true });
}

/** A line that a crash cut short stays alone: each entry begins on a line of its own. */
function append(file: string, entry: Entry): void {
  const descriptor = openSync(file, "a", 0o600);
  try {
    writeSync(descriptor, `\n${JSON.stringify(entry)}\n`);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** @returns [] when nothing was spent on that day */
function readEntries(file: string): Entry[] {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
  return text.split("\n").flatMap((line) => {
    const entry = parseEntry(line);
    return entry === undefined ? [] : [entry];
  });
}

/** A cut line was never followed by the change that it was written for, so it counts nothing. */
function parseEntry(line: string): Entry | undefined {
  try {
    const { id, currency, amount_minor } = JSON.parse(line) as Partial<Entry>;
    if (typeof id !== "string" || typeof currency !== "string") return undefined;
    if (amount_minor === undefined) return { id, currency };
    return Number.isSafeInteger(amount_minor) ? { id, currency, amount_minor } : undefined;
  } catch {
    return undefined;
  }
}
