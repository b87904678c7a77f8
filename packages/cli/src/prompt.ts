/** Questions on a terminal. */
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { AbortError } from "@paymaster/client";

/** @param options isHidden: what is typed does not show */
export async function ask(
  question: string,
  options: { readonly preset?: string; readonly isHidden?: boolean } = {},
): Promise<string> {
  const { preset, isHidden = false } = options;
  const shown = preset === undefined ? `${question}: ` : `${question} [${preset}]: `;
  // Readline echoes to its output: for a secret there is none.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const output = isHidden ? nowhere : process.stderr;
  const lines = createInterface({ input: process.stdin, output, terminal: true });
  // Ctrl-C and the end of the input close it; the question alone would then wait for ever.
  lines.once("SIGINT", () => lines.close());
  const closed = new Promise<never>((_, reject) => {
    lines.once("close", () => reject(new AbortError()));
  });
  try {
    if (isHidden) process.stderr.write(shown);
    const answer = (await Promise.race([lines.question(isHidden ? "" : shown), closed])).trim();
    if (isHidden) process.stderr.write("\n");
    return answer === "" && preset !== undefined ? preset : answer;
  } finally {
    lines.close();
  }
}
