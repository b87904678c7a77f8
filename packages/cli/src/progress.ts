/** What is said while work goes on: a bar on terminals, a line now and then otherwise. */
import type { Output } from "./output.js";

const LINE_EVERY_MS = 10_000;
/** A terminal need not be written to more often. */
const STEP_EVERY_MS = 100;
const BAR_WIDTH = 24;
const DEFAULT_COLUMNS = 80;

export interface ProgressLine {
  /** In place of what it showed before. */
  show(done: number, total: number, text: string): void;
  /** A remark that stays. */
  say(text: string): void;
  /** The bar goes away; what was said stays. */
  end(): void;
}

export function progressLine(output: Output, stream: NodeJS.WriteStream): ProgressLine {
  let lastLineMs = Number.NEGATIVE_INFINITY;
  let isShown = false;
  const clear = () => {
    if (isShown) stream.write("\r\u001b[2K");
    isShown = false;
  };
  return {
    show(done, total, text) {
      const nowMs = performance.now();
      if (output.isTerminal) {
        // Some terminals do not know how wide they are.
        const width = stream.columns || DEFAULT_COLUMNS;
        const line = `${bar(done, total)} ${text}`.slice(0, width - 1);
        clear();
        stream.write(line);
        isShown = true;
      } else if (nowMs - lastLineMs >= LINE_EVERY_MS) {
        lastLineMs = nowMs;
        output.say(text);
      }
    },
    say(text) {
      clear();
      output.say(text);
    },
    end: clear,
  };
}

/** Counts steps of equal weight, with their rate and when the last one will be done. */
export function countedProgress(
  output: Output,
  stream: NodeJS.WriteStream,
  what: string,
  total: number,
): { step(): void; end(): void } {
  const line = progressLine(output, stream);
  const startedMs = performance.now();
  let shownMs = 0;
  let done = 0;
  return {
    step() {
      done += 1;
      const nowMs = performance.now();
      if (nowMs - shownMs < STEP_EVERY_MS) return;
      shownMs = nowMs;
      const perSecond = (done / (nowMs - startedMs)) * 1_000;
      const end = new Date(Date.now() + ((total - done) / perSecond) * 1_000);
      const pace = `${perSecond.toFixed(1)}/s, done at about ${end.toLocaleTimeString()}`;
      line.show(done, total, `${what}: ${done} of ${total}, ${pace}`);
    },
    end: line.end,
  };
}

function bar(done: number, total: number): string {
  const full = total === 0 ? BAR_WIDTH : Math.floor((done / total) * BAR_WIDTH);
  return `[${"#".repeat(full)}${".".repeat(BAR_WIDTH - full)}]`;
}
