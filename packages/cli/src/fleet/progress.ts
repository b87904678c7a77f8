/** What is said while work goes on: a bar on terminals, a line now and then otherwise. */
import type { Output } from "../output.js";

const LINE_EVERY_MS = 10_000;
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

function bar(done: number, total: number): string {
  const full = total === 0 ? BAR_WIDTH : Math.floor((done / total) * BAR_WIDTH);
  return `[${"#".repeat(full)}${".".repeat(BAR_WIDTH - full)}]`;
}
