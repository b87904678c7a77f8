/** Time that passes only when nothing is left to do: hours in seconds, the same way every time. */
import type { PlannerClock } from "../../src/index.js";

interface Event {
  readonly atMs: number;
  readonly order: number;
  work: (() => void) | undefined;
}

export class VirtualTime implements PlannerClock {
  #nowMs: number;
  #order = 0;
  readonly #heap: Event[] = [];

  constructor(startMs: number) {
    this.#nowMs = startMs;
  }

  /** As Date.now: whole milliseconds. */
  now(): number {
    return Math.floor(this.#nowMs);
  }

  get exactMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, work: () => void): () => void {
    const event: Event = { atMs: this.#nowMs + delayMs, order: this.#order, work };
    this.#order += 1;
    this.#push(event);
    return () => {
      event.work = undefined;
    };
  }

  sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.after(delayMs, resolve));
  }

  /** Lets time pass until `work` is done. @throws Error when nothing is left that could end it */
  async run<T>(work: Promise<T>): Promise<T> {
    let isDone = false;
    const mark = () => {
      isDone = true;
    };
    work.then(mark, mark);
    for (;;) {
      // Whatever the last event set off comes to rest before the clock moves on.
      await new Promise((resolve) => setImmediate(resolve));
      if (isDone) return work;
      const event = this.#pop();
      if (event === undefined) throw new Error("nothing is left to wait for");
      this.#nowMs = Math.max(this.#nowMs, event.atMs);
      event.work?.();
    }
  }

  #push(event: Event): void {
    const heap = this.#heap;
    heap.push(event);
    let index = heap.length - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || isBefore(above, event)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = event;
  }

  #pop(): Event | undefined {
    const heap = this.#heap;
    for (;;) {
      const first = heap[0];
      const last = heap.pop();
      if (first === undefined || last === undefined) return undefined;
      if (heap.length > 0) this.#sink(last);
      if (first.work !== undefined) return first;
    }
  }

  #sink(event: Event): void {
    const heap = this.#heap;
    let index = 0;
    for (;;) {
      const left = heap[2 * index + 1];
      const right = heap[2 * index + 2];
      if (left === undefined) break;
      const goesRight = right !== undefined && isBefore(right, left);
      const child = goesRight ? right : left;
      if (isBefore(event, child)) break;
      heap[index] = child;
      index = 2 * index + (goesRight ? 2 : 1);
    }
    heap[index] = event;
  }
}

function isBefore(a: Event, b: Event): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}
