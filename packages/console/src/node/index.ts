/** For whoever serves the console: where its build is, and which addresses are its pages. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { pages } from "./pages.js";

export interface BuiltConsole {
  readonly directory: string;
  readonly pages: readonly string[];
}

/** undefined: it has not been built. */
export function builtConsole(): BuiltConsole | undefined {
  // The same from src/node and from dist/node.
  const directory = fileURLToPath(new URL("../../dist/app", import.meta.url));
  if (!existsSync(`${directory}/index.html`)) return undefined;
  return { directory, pages: Object.values(pages) };
}
