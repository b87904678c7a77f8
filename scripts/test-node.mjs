/**
 * The tests and a start on other generations of Node: `npm run test:node -- [22 24 26] [--start-only]`.
 * Each Node comes from the npm registry's package for this platform and stays in `.tmp/node-<major>`, so
 * that nothing on the machine changes. What was built and installed by the Node that runs this is used
 * as it is, as in a checkout whose Node was renewed.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const ALL_MAJORS = ["22", "24", "26"];
const isWindows = process.platform === "win32";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { "start-only": { type: "boolean", default: false } },
});
const unknown = positionals.find((major) => !/^\d\d$/.test(major));
if (unknown !== undefined) {
  console.error(
    `"${unknown}" is not a major version of Node; for example: npm run test:node -- 26`,
  );
  process.exit(2);
}

const failed = [];
for (const major of positionals.length > 0 ? positionals : ALL_MAJORS) {
  const node = nodeOf(major);
  console.log(`\n== Node ${execFileSync(node, ["--version"], { encoding: "utf8" }).trim()}`);
  const commands = [["scripts/test-start.mjs"]];
  if (!values["start-only"]) commands.unshift(["node_modules/vitest/vitest.mjs", "run"]);
  for (const command of commands) if (!succeeds(node, command)) failed.push(`${major}: ${command}`);
}
if (failed.length > 0) {
  console.error(`\nfailed on Node ${failed.join("; ")}`);
  process.exitCode = 1;
}

/** @returns the path of that Node's executable, installed if it is not there yet */
function nodeOf(major) {
  const platform = isWindows ? "win" : process.platform;
  const name = `node-${platform}-${process.arch}`;
  const folder = join(ROOT, ".tmp", `node-${major}`);
  const node = join(folder, "node_modules", name, "bin", isWindows ? "node.exe" : "node");
  if (!existsSync(node)) {
    execFileSync(
      "npm",
      ["install", "--no-audit", "--no-fund", "--no-save", "--prefix", folder, `${name}@${major}`],
      { stdio: "inherit", shell: isWindows },
    );
  }
  return node;
}

function succeeds(node, command) {
  // Whatever the tests start by name is this Node as well.
  const path = `${dirname(node)}${delimiter}${process.env.PATH}`;
  const { status } = spawnSync(node, command, {
    cwd: ROOT,
    stdio: "inherit",
    env: { ...process.env, PATH: path },
  });
  return status === 0;
}
