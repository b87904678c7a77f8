/**
 * Builds the console into dist/app and compresses its files. With `--if-stale` only when something that
 * goes into it has changed since the last time, which takes a moment to find out.
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, extname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const folder = dirname(dirname(fileURLToPath(import.meta.url)));
const root = dirname(dirname(folder));
const app = join(folder, "dist/app");
const stamp = join(folder, "dist/app.stamp");

const INPUTS = [
  "packages/console/src",
  "packages/console/public",
  "packages/console/index.html",
  "packages/console/vite.config.mjs",
  "packages/console/scripts/build.mjs",
  "packages/contract/src",
  "packages/client/src",
  "package-lock.json",
];
const COMPRESSED = new Set([".js", ".css", ".html", ".svg"]);

const inputs = hashOfInputs();
const isFresh =
  existsSync(join(app, "index.html")) &&
  existsSync(stamp) &&
  readFileSync(stamp, "utf8") === inputs;
if (!process.argv.includes("--if-stale") || !isFresh) {
  rmSync(stamp, { force: true });
  const { build } = await import("vite");
  try {
    await build({ configFile: join(folder, "vite.config.mjs"), logLevel: "warn" });
    compress();
    writeFileSync(stamp, inputs);
  } catch (error) {
    console.error(`The console cannot be built: ${error.message}`);
    process.exit(1);
  }
}

function hashOfInputs() {
  const hash = createHash("sha256").update(process.versions.node.split(".")[0]);
  for (const input of INPUTS) {
    for (const file of filesOf(join(root, input))) {
      hash.update(relative(root, file)).update("\0").update(readFileSync(file)).update("\0");
    }
  }
  return hash.digest("hex");
}

function filesOf(path) {
  if (extname(path) !== "" && !path.endsWith("/")) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

function compress() {
  for (const file of filesOf(app).filter((path) => COMPRESSED.has(extname(path)))) {
    const content = readFileSync(file);
    const params = { [constants.BROTLI_PARAM_QUALITY]: 10 };
    writeFileSync(`${file}.br`, brotliCompressSync(content, { params }));
    writeFileSync(`${file}.gz`, gzipSync(content, { level: 9 }));
  }
}
