/** Where a command's answer and its remarks go, and whether colours may. */
import type { WriteStream } from "node:tty";
import { styleText } from "node:util";

export type Style = Parameters<typeof styleText>[0];
/** Text in a style, where the stream is a terminal that shows it. */
export type Paint = (style: Style, text: string) => string;

export const plain: Paint = (_, text) => text;

export interface Output {
  /** The answer, to standard output. */
  print(text: string): void;
  printJson(value: unknown): void;
  /** A remark, to standard error, with a line's end. */
  say(text: string): void;
  /** For text that goes to standard output. */
  readonly paint: Paint;
  /** For text that goes to standard error. */
  readonly paintRemark: Paint;
  /** Whether a person sees remarks as they come: progress bars. */
  readonly isTerminal: boolean;
}

type Stream = NodeJS.WritableStream & Partial<Pick<WriteStream, "isTTY" | "hasColors">>;
type Environment = Readonly<Record<string, string | undefined>>;

export function createOutput(out: Stream, remarks: Stream, environment: Environment): Output {
  return {
    print: (text) => void out.write(text),
    printJson: (value) => void out.write(`${JSON.stringify(value, null, 2)}\n`),
    say: (text) => void remarks.write(`${text}\n`),
    paint: paintFor(out, environment),
    paintRemark: paintFor(remarks, environment),
    isTerminal: remarks.isTTY === true && environment.TERM !== "dumb",
  };
}

/** Colours only on terminals, and not where NO_COLOR says so (no-color.org); FORCE_COLOR overrides. */
function paintFor(stream: Stream, environment: Environment): Paint {
  const { NO_COLOR, FORCE_COLOR, TERM } = environment;
  const isForced = FORCE_COLOR !== undefined && FORCE_COLOR !== "" && FORCE_COLOR !== "0";
  const isWanted = stream.isTTY === true && TERM !== "dumb" && (NO_COLOR ?? "") === "";
  if (!isForced && !isWanted) return plain;
  return (style, text) => styleText(style, text, { validateStream: false });
}
