/**
 * What an apply has sent and what came of it, in a file for each service and account. It outlives a kill: a
 * write that was on its way then is sent again under its old Idempotency-Key, and is not made twice.
 */
import { randomUUID } from "node:crypto";
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { UsageError } from "../exit-codes.js";
import type { Scheduled, Step } from "./plan-steps.js";

type Entry =
  | { readonly kind: "begin"; readonly file: string; readonly digest: string; readonly at: string }
  | { readonly kind: "sent"; readonly account: string; readonly key: string; readonly what: string }
  | { readonly kind: "settled"; readonly account: string; readonly key: string }
  | { readonly kind: "scheduled"; readonly account: string; readonly scheduled: Scheduled }
  | { readonly kind: "end" };

/** A run that did not come to its end. */
export interface Unfinished {
  readonly file: string;
  readonly digest: string;
  readonly at: string;
  readonly settled: number;
}

export class Journal {
  readonly #path: string;
  readonly #file: number;
  /** By account and write: the keys of writes whose outcome is not known. */
  readonly #open = new Map<string, string>();
  readonly #scheduled = new Map<string, Scheduled[]>();
  readonly unfinished: Unfinished | undefined;

  private constructor(path: string) {
    this.#path = path;
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    this.#lock();
    this.unfinished = this.#replay(readEntries(path));
    // What no longer counts is dropped: the file grows with one run only.
    this.#writeAnew();
    this.#file = openSync(path, "a", 0o600);
  }

  /** @throws UsageError when another process works with it */
  static open(path: string): Journal {
    return new Journal(path);
  }

  /** What is known without a lock, for a look. */
  static peek(path: string): ReadonlyMap<string, readonly Scheduled[]> {
    const scheduled = new Map<string, Scheduled[]>();
    for (const entry of readEntries(path)) {
      if (entry.kind === "scheduled") remember(scheduled, entry.account, entry.scheduled);
    }
    return scheduled;
  }

  begin(file: string, digest: string): void {
    this.#append({ kind: "begin", file, digest, at: new Date().toISOString() });
  }

  /** To be called before the write goes out. @returns its Idempotency-Key */
  sent(account: string, step: Step): string {
    const what = describe(step);
    const key = this.#open.get(`${account} ${what}`) ?? randomUUID();
    this.#open.set(`${account} ${what}`, key);
    this.#append({ kind: "sent", account, key, what });
    return key;
  }

  /** It was made, or refused: either way nothing is on its way any more. */
  settled(account: string, step: Step, key: string): void {
    this.#open.delete(`${account} ${describe(step)}`);
    this.#append({ kind: "settled", account, key });
  }

  /**
   * To be called when the account has been read: of writes whose outcome was not known, those that are not to be
   * made any more have happened, or are not wanted. Their keys must not meet a later wish for the same.
   */
  seen(account: string, steps: readonly Step[]): void {
    const wanted = new Set(steps.map((step) => `${account} ${describe(step)}`));
    for (const [what, key] of Array.from(this.#open)) {
      if (!what.startsWith(`${account} `) || wanted.has(what)) continue;
      this.#open.delete(what);
      this.#append({ kind: "settled", account, key });
    }
  }

  scheduledOf(account: string): readonly Scheduled[] {
    return this.#scheduled.get(account) ?? [];
  }

  schedule(account: string, scheduled: Scheduled): void {
    remember(this.#scheduled, account, scheduled);
    this.#append({ kind: "scheduled", account, scheduled });
  }

  /** Everything is done: a later run has nothing to resume. */
  end(): void {
    this.#append({ kind: "end" });
  }

  close(): void {
    closeSync(this.#file);
    rmSync(this.#lockPath, { force: true });
  }

  get #lockPath(): string {
    return `${this.#path}.lock`;
  }

  #lock(): void {
    for (let attempt = 0; attempt < 2; attempt += 1) {
      try {
        writeFileSync(this.#lockPath, String(process.pid), { flag: "wx", mode: 0o600 });
        return;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
        const pid = Number(readFileSync(this.#lockPath, "utf8"));
        if (isAlive(pid)) throw new UsageError(`process ${pid} is applying to this master already`);
        rmSync(this.#lockPath, { force: true });
      }
    }
    throw new UsageError("another process is applying to this master already");
  }

  #replay(entries: readonly Entry[]): Unfinished | undefined {
    let unfinished: Unfinished | undefined;
    for (const entry of entries) {
      if (entry.kind === "begin") unfinished = { ...entry, settled: 0 };
      else if (entry.kind === "end") unfinished = undefined;
      else if (entry.kind === "sent") this.#open.set(`${entry.account} ${entry.what}`, entry.key);
      else if (entry.kind === "scheduled") {
        remember(this.#scheduled, entry.account, entry.scheduled);
      } else {
        for (const [what, key] of this.#open) if (key === entry.key) this.#open.delete(what);
        if (unfinished !== undefined) {
          unfinished = { ...unfinished, settled: unfinished.settled + 1 };
        }
      }
    }
    return unfinished;
  }

  #writeAnew(): void {
    const entries: Entry[] = [];
    for (const [account, list] of this.#scheduled) {
      for (const scheduled of list) entries.push({ kind: "scheduled", account, scheduled });
    }
    for (const [whatOf, key] of this.#open) {
      const [account = "", ...words] = whatOf.split(" ");
      entries.push({ kind: "sent", account, key, what: words.join(" ") });
    }
    const draft = `${this.#path}.new`;
    const lines = entries.map((entry) => `${JSON.stringify(entry)}\n`);
    writeFileSync(draft, lines.join(""), { mode: 0o600 });
    renameSync(draft, this.#path);
  }

  /** On the disk before anything goes out: a power failure must not forget a key. */
  #append(entry: Entry): void {
    writeSync(this.#file, `${JSON.stringify(entry)}\n`);
    if (entry.kind === "sent") fsyncSync(this.#file);
  }
}

function describe({ tool, body }: Step): string {
  return `${tool} ${JSON.stringify(body)}`;
}

/** One for each family and what is shown: the latest counts. */
function remember(all: Map<string, Scheduled[]>, account: string, scheduled: Scheduled): void {
  const others = (all.get(account) ?? []).filter(
    ({ family, shown }) => family !== scheduled.family || shown.type !== scheduled.shown.type,
  );
  all.set(account, [...others, scheduled]);
}

/** A line that a kill has cut is the last one, and says nothing. */
function readEntries(path: string): readonly Entry[] {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
  return text.split("\n").flatMap((line) => {
    try {
      return line === "" ? [] : [JSON.parse(line) as Entry];
    } catch {
      return [];
    }
  });
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
