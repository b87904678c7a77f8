/** The planner's dealings with its store: it hears what others have counted and says what it has, one exchange at a time. */
import type { Parts } from "./parts.js";
import type { QuotaExchange, QuotaNews, QuotaStore } from "./store.js";
import type { Admitted } from "./turn.js";

/** What came of calls is told to other processes after this time at the latest. */
const LINGER_MS = 20;
/** How often other processes hear again for how many calls they should leave room, and of how many. */
const SAY_WANTS_MS = 1_000;
const MAX_WANTED = 1_000;

export interface ExchangeHooks {
  /** Lets calls out and adds them, while no other process can. */
  letOut(admitted: Admitted[]): void;
  /** It went well: they may go. */
  kept(admitted: readonly Admitted[]): void;
  /** Their counts could not be kept. */
  failed(admitted: readonly Admitted[], error: unknown): void;
  /** It was waited for and went well: others may have come meanwhile. */
  afterWait(): void;
}

export class Exchange {
  readonly #parts: Parts;
  readonly #store: QuotaStore;
  readonly #hooks: ExchangeHooks;
  /** Tells this process's calls from those of others in the same store. */
  readonly processId = Math.random().toString(36).slice(2, 8);
  /** What other processes were told of waiting interactive calls, and when to tell them again. */
  readonly #wantsSaid = new Map<string, { readonly calls: number; readonly againMs: number }>();
  #isBusy = false;
  #cancelLinger: (() => void) | undefined;

  constructor(parts: Parts, store: QuotaStore, hooks: ExchangeHooks) {
    this.#parts = parts;
    this.#store = store;
    this.#hooks = hooks;
  }

  get isBusy(): boolean {
    return this.#isBusy;
  }

  /** Whether other processes count in the same store. */
  get isShared(): boolean {
    return this.#store.isShared;
  }

  /** @returns a promise only if the store has to be waited for */
  run(letsOut: boolean): Promise<void> | undefined {
    const { clock, ledger } = this.#parts;
    const admitted: Admitted[] = [];
    const work = (news: QuotaNews): QuotaExchange<undefined> => {
      ledger.hear(news);
      ledger.tidy(clock.now());
      if (letsOut) this.#hooks.letOut(admitted);
      return { append: ledger.takeUnsaid(), value: undefined };
    };
    this.#isBusy = true;
    let result: undefined | Promise<undefined>;
    try {
      result = this.#store.exchange(work, () => ledger.snapshot());
    } catch (error) {
      this.#fail(admitted, error);
      return undefined;
    }
    if (result === undefined) {
      this.#keep(admitted);
      return undefined;
    }
    return result.then(
      () => {
        this.#keep(admitted);
        this.#hooks.afterWait();
      },
      (error: unknown) => this.#fail(admitted, error),
    );
  }

  #keep(admitted: readonly Admitted[]): void {
    this.#isBusy = false;
    this.#hooks.kept(admitted);
  }

  #fail(admitted: readonly Admitted[], error: unknown): void {
    this.#isBusy = false;
    this.#hooks.failed(admitted, error);
  }

  /** Tells other processes what is new: soon, but not for each call alone. */
  tellSoon(): void {
    if (this.isShared) this.#sayWants();
    const { ledger, local } = this.#parts;
    if (!ledger.hasUnsaid) return;
    this.#cancelLinger ??= local.after(LINGER_MS, () => {
      this.#cancelLinger = undefined;
      if (ledger.hasUnsaid && !this.#isBusy) void this.run(true);
    });
  }

  /** Says to other processes for how many interactive calls they should leave room. */
  #sayWants(): void {
    const { ledger, local, queue } = this.#parts;
    const localMs = local.now();
    for (const lane of queue.laneNames) {
      const calls = Math.min(MAX_WANTED, queue.ahead(lane, "interactive"));
      const said = this.#wantsSaid.get(lane);
      if (calls === (said?.calls ?? 0) && (calls === 0 || localMs < (said?.againMs ?? 0))) continue;
      this.#wantsSaid.set(lane, { calls, againMs: localMs + SAY_WANTS_MS });
      ledger.want(this.processId, lane, calls);
    }
  }

  /** Says what is left to say, and lets go of the store. */
  async close(): Promise<void> {
    this.#cancelLinger?.();
    if (this.#parts.ledger.hasUnsaid) await this.run(false);
    await this.#store.close();
  }
}
