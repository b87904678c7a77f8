/**
 * Commands of a guide, and what it says they print: a fence ```sh run, and a fence with the word `shows`
 * after it. In what is shown, `…` stands for any text of one line.
 */

export interface Block {
  readonly command: string;
  /** null: the guide does not say what is printed. */
  readonly shows: string | null;
}

const FENCE = /^```(\w+) (run|shows)\n([\s\S]*?)^```$/gm;

export function blocksOf(guide: string): Block[] {
  const blocks: Block[] = [];
  for (const [, , kind, text = ""] of guide.matchAll(FENCE)) {
    if (kind === "run") {
      blocks.push({ command: text, shows: null });
      continue;
    }
    const last = blocks.pop();
    if (last === undefined || last.shows !== null) throw new Error(`Shown by nothing: ${text}`);
    blocks.push({ ...last, shows: text.trimEnd() });
  }
  return blocks;
}

export function isShown(shows: string, printed: string): boolean {
  const pattern = shows.split("…").map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
  return new RegExp(`^${pattern.join(".*")}$`).test(printed);
}

/** The guide with what was printed in place of what it says, where the two differ. */
export function corrected(guide: string, printed: readonly string[]): string {
  let index = -1;
  return guide.replace(FENCE, (fence, language: string, kind: string, text: string) => {
    if (kind === "run") index += 1;
    const output = printed[index];
    if (kind === "run" || output === undefined || isShown(text.trimEnd(), output)) return fence;
    return `\`\`\`${language} shows\n${output}\n\`\`\``;
  });
}
