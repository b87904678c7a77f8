/** Writes the documents that are derived from the contract into docs/reference. `--check` only compares. */
import { readFile, writeFile } from "node:fs/promises";
import {
  buildAssumptions,
  buildOpenApi,
  buildPostmanCollection,
  buildSupportTable,
  WIRE_PROFILES,
} from "../packages/contract/dist/index.js";

const folder = new URL("../docs/reference/", import.meta.url);
const json = (value) => `${JSON.stringify(value, null, 2)}\n`;

const documents = new Map([
  ...WIRE_PROFILES.map((profile) => [`openapi-${profile}.json`, json(buildOpenApi(profile))]),
  ["postman.json", json(buildPostmanCollection("2021"))],
  ["support.md", buildSupportTable()],
  ["assumptions.md", buildAssumptions()],
]);

const stale = [];
for (const [name, text] of documents) {
  const path = new URL(name, folder);
  const before = await readFile(path, "utf8").catch(() => "");
  if (before === text) continue;
  stale.push(name);
  if (!process.argv.includes("--check")) await writeFile(path, text);
}
console.log(stale.length === 0 ? "docs/reference is up to date" : `changed: ${stale.join(", ")}`);
if (process.argv.includes("--check") && stale.length > 0) process.exitCode = 1;
