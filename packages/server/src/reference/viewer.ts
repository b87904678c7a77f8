/** The viewer's file, from its package in `node_modules`, compressed once. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";

const PACKAGE = "@scalar/fastify-api-reference";
const require = createRequire(import.meta.url);

export interface Viewer {
  /** Names the version, so that a browser may keep the file for good. */
  readonly path: string;
  /** The script, as gzip or plain. */
  script(encoding: "gzip" | "identity"): Promise<Buffer>;
}

/** Throws if the package is not installed; reads the script itself when it is first asked for. */
export function openViewer(): Viewer {
  const folder = dirname(require.resolve(PACKAGE));
  const { version } = require(join(folder, "../package.json")) as { version: string };
  let compressed: Promise<Buffer> | undefined;
  return {
    path: `/reference/viewer-${version}.js`,
    async script(encoding) {
      compressed ??= readFile(join(folder, "js/standalone.js")).then(promisify(gzip));
      return encoding === "gzip" ? compressed : promisify(gunzip)(await compressed);
    },
  };
}
