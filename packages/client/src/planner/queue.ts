/**
 * Calls that wait. Those with the same label wait in one lane, since one closed gate holds them all
 * back; within it interactive ones come before background ones, and flows take turns. A call that only
 * a rule of its own holds back is parked, so that those behind it go on.
 */
import type { CallRules } from "./rules.js";
import type { Priority, Turn } from "./types.js";

export const PRIORITIES = ["interactive", "background"] as const satisfies readonly Priority[];

/** A call in the queue. */
export interface Waiting {
  readonly tool: string;
  readonly rules: CallRules;
  readonly priority: Priority;
  readonly flow: string;
  /** Local time after which it no longer wants to be sent. */
  readonly deadlineLocalMs: number;
  readonly admit: (turn: Turn) => void;
  readonly fail: (error: unknown) => void;
  /** Ends what was set up for the wait. */
  release: () => void;
  /** Where it is; changed by the queue alone. */
  place: "nowhere" | "line" | "parked";
  previous: Waiting | undefined;
  next: Waiting | undefined;
  parkedUntilMs: number;
}

/** Calls of one flow, first come, first served; any of them can leave at once. */
class Line {
  #first: Waiting | undefined;
  #last: Waiting | undefined;

  get first(): Waiting | undefined {
    return this.#first;
  }

  pushLast(call: Waiting): void {
    call.previous = this.#last;
    call.next = undefined;
    if (this.#last === undefined) this.#first = call;
    else this.#last.next = call;
    this.#last = call;
  }

  pushFirst(call: Waiting): void {
    call.previous = undefined;
    call.next = this.#first;
    if (this.#first === undefined) this.#last = call;
    else this.#first.previous = call;
    this.#first = call;
  }

  remove(call: Waiting): void {
    if (call.previous === undefined) this.#first = call.next;
    else call.previous.next = call.next;
    if (call.next === undefined) this.#last = call.previous;
    else call.next.previous = call.previous;
    call.previous = undefined;
    call.next = undefined;
  }

  *[Symbol.iterator](): Generator<Waiting> {
    for (let call = this.#first; call !== undefined; ) {
      const { next } = call;
      yield call;
      call = next;
    }
  }
}

/** The flows of one priority in one lane. */
class Flows {
  /** The first flow has the next turn. */
  readonly #lines = new Map<string, Line>();
  length = 0;

  get first(): Waiting | undefined {
    for (const line of this.#lines.values()) return line.first;
    return undefined;
  }

  add(call: Waiting, atFront: boolean): void {
    let line = this.#lines.get(call.flow);
    if (line === undefined) {
      line = new Line();
      this.#lines.set(call.flow, line);
    }
    if (atFront) line.pushFirst(call);
    else line.pushLast(call);
    this.length += 1;
  }

  /** @param endsTurn the flow has had its turn */
  remove(call: Waiting, endsTurn: boolean): void {
    const line = this.#lines.get(call.flow);
    if (line === undefined) return;
    line.remove(call);
    this.length -= 1;
    if (line.first === undefined) this.#lines.delete(call.flow);
    else if (endsTurn && this.#lines.size > 1) {
      this.#lines.delete(call.flow);
      this.#lines.set(call.flow, line);
    }
  }

  *[Symbol.iterator](): Generator<Waiting> {
    for (const line of this.#lines.values()) yield* line;
  }
}

type Lane = Readonly<Record<Priority, Flows>>;

export class TurnQueue {
  readonly #lanes = new Map<string, Lane>();
  readonly #parked = new Parking();
  /** Calls of each priority, parked ones included. */
  readonly size: Record<Priority, number> = { interactive: 0, background: 0 };

  get length(): number {
    return this.size.interactive + this.size.background;
  }

  get laneNames(): Iterable<string> {
    return this.#lanes.keys();
  }

  /** Calls in a lane that hold back a new one of the priority. */
  ahead(laneName: string, priority: Priority): number {
    const lane = this.#lanes.get(laneName);
    if (lane === undefined) return 0;
    const { interactive, background } = lane;
    return interactive.length + (priority === "background" ? background.length : 0);
  }

  add(call: Waiting): void {
    this.size[call.priority] += 1;
    this.#line(call, false);
  }

  /** The call whose turn is next in a lane; undefined: nobody waits there. */
  first(laneName: string, priority: Priority): Waiting | undefined {
    return this.#lanes.get(laneName)?.[priority].first;
  }

  /** @param hadItsTurn rather than being withdrawn */
  remove(call: Waiting, hadItsTurn: boolean): void {
    if (call.place === "nowhere") return;
    this.size[call.priority] -= 1;
    if (call.place === "parked") this.#parked.remove(call);
    else this.#lanes.get(call.rules.lane.name)?.[call.priority].remove(call, hadItsTurn);
    call.place = "nowhere";
  }

  /** Sets a call aside until a moment on the planner's line. */
  park(call: Waiting, untilLineMs: number): void {
    this.#lanes.get(call.rules.lane.name)?.[call.priority].remove(call, false);
    call.place = "parked";
    this.#parked.add(call, untilLineMs);
  }

  /** Calls whose time has come stand in front again. @param all whoever is parked */
  unpark(lineMs: number, all: boolean): void {
    for (const call of this.#parked.take(all ? Number.POSITIVE_INFINITY : lineMs)) {
      this.#line(call, true);
    }
  }

  /** When the next parked call's time comes, on the planner's line; undefined: none is parked. */
  get nextParkedMs(): number | undefined {
    return this.#parked.firstMs;
  }

  /** All calls: interactive first, otherwise as they stand. */
  *[Symbol.iterator](): Generator<Waiting> {
    for (const priority of PRIORITIES) {
      for (const lane of this.#lanes.values()) yield* lane[priority];
      for (const call of this.#parked) if (call.priority === priority) yield call;
    }
  }

  #line(call: Waiting, atFront: boolean): void {
    const { name } = call.rules.lane;
    let lane = this.#lanes.get(name);
    if (lane === undefined) {
      lane = { interactive: new Flows(), background: new Flows() };
      this.#lanes.set(name, lane);
    }
    lane[call.priority].add(call, atFront);
    call.place = "line";
  }
}

interface Parked {
  readonly call: Waiting;
  readonly untilMs: number;
}

/** A binary heap by time. Who leaves early stays in it until his time, at most doubling its size. */
class Parking {
  #heap: Parked[] = [];
  #live = 0;

  get firstMs(): number | undefined {
    this.#dropGone();
    return this.#heap[0]?.untilMs;
  }

  add(call: Waiting, untilMs: number): void {
    call.parkedUntilMs = untilMs;
    this.#live += 1;
    this.#heap.push({ call, untilMs });
    this.#rise(this.#heap.length - 1);
  }

  remove(call: Waiting): void {
    call.parkedUntilMs = Number.NaN;
    this.#live -= 1;
    if (this.#heap.length > 2 * this.#live + 16) {
      this.#heap = this.#heap.filter(isLive).sort((a, b) => a.untilMs - b.untilMs);
    }
  }

  /** Takes out whoever's time is up to `untilMs`, the one whose time is first last. */
  take(untilMs: number): Waiting[] {
    const due: Waiting[] = [];
    for (;;) {
      this.#dropGone();
      const first = this.#heap[0];
      if (first === undefined || first.untilMs > untilMs) return due.reverse();
      this.#pop();
      this.#live -= 1;
      due.push(first.call);
    }
  }

  *[Symbol.iterator](): Generator<Waiting> {
    for (const parked of this.#heap) if (isLive(parked)) yield parked.call;
  }

  #dropGone(): void {
    for (let first = this.#heap[0]; first !== undefined && !isLive(first); first = this.#heap[0]) {
      this.#pop();
    }
  }

  #pop(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#sink();
  }

  #rise(from: number): void {
    const heap = this.#heap;
    for (let index = from; index > 0; ) {
      const parent = (index - 1) >> 1;
      const [child, above] = [heap[index], heap[parent]];
      if (child === undefined || above === undefined || above.untilMs <= child.untilMs) return;
      heap[index] = above;
      heap[parent] = child;
      index = parent;
    }
  }

  #sink(): void {
    const heap = this.#heap;
    for (let index = 0; ; ) {
      const here = heap[index];
      const left = heap[2 * index + 1];
      const right = heap[2 * index + 2];
      if (here === undefined || left === undefined) return;
      const goesRight = right !== undefined && right.untilMs < left.untilMs;
      const smaller = goesRight ? right : left;
      if (here.untilMs <= smaller.untilMs) return;
      const to = 2 * index + (goesRight ? 2 : 1);
      heap[index] = smaller;
      heap[to] = here;
      index = to;
    }
  }
}

/** A call that left, or was parked anew, no longer has the time that the heap knows. */
function isLive({ call, untilMs }: Parked): boolean {
  return call.place === "parked" && call.parkedUntilMs === untilMs;
}
