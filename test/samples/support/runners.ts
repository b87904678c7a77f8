/** How samples of a language are run: as they are printed, with nothing but their environment set. */
import { execFile, spawnSync } from "node:child_process";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { SampleLanguage } from "@paymaster/contract";
import type { PreparedSample } from "./stage.js";

export const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** Runs all samples one after another in an empty folder; throws what the first failure printed. */
type Runner = (samples: readonly PreparedSample[], folder: string) => Promise<void>;

export const runners = {
  curl: async (samples, folder) => {
    const steps = samples.map(({ source, env }) => `${exports(env)}\n${source}`);
    await writeFile(join(folder, "samples.sh"), ["set -e", ...steps].join("\n"));
    await run("sh", ["samples.sh"], folder);
  },
  pythonRequests: runPython,
  pythonChilkat: runPython,
  typescript: async (samples, folder) => {
    await writeTypeScript(samples, folder, "mjs");
    const steps = samples.map(
      ({ env }, index) =>
        `Object.assign(process.env, ${JSON.stringify(env)});\nawait import("./sample-${index}.mjs");`,
    );
    await writeFile(join(folder, "all.mjs"), steps.join("\n"));
    await run(process.execPath, ["all.mjs"], folder);
  },
  go: each("main.go", "go", ["run"]),
  java: each("Sample.java", "java", []),
  php: each("sample.php", "php", []),
  ruby: each("sample.rb", "ruby", []),
} as const satisfies Readonly<Partial<Record<SampleLanguage, Runner>>>;

export type RunLanguage = keyof typeof runners;

/** Why this machine cannot run a language; null: it can. */
export function missing(language: RunLanguage): string | null {
  const check = CHECKS[language];
  if (check === undefined) return null;
  const [command, args, reason] = check;
  return spawnSync(command, args).status === 0 ? null : reason;
}

type Check = readonly [command: string, args: readonly string[], reason: string];
const CHECKS: Readonly<Partial<Record<RunLanguage, Check>>> = {
  pythonRequests: [
    "python3",
    ["-c", "import requests"],
    "needs Python 3 with requests: apt-get install python3-requests, or pip install requests",
  ],
  pythonChilkat: [
    "python3",
    ["-c", "import chilkat; assert chilkat.CkGlobal().UnlockBundle('Trial')"],
    "needs Python 3 with chilkat, unlocked or in its trial: pip install chilkat",
  ],
  go: ["go", ["version"], "needs Go: apt-get install golang-go"],
  java: [
    "java",
    ["--source", "17", "--version"],
    "needs Java 17: apt-get install default-jdk-headless",
  ],
  php: ["php", ["-r", "curl_init();"], "needs PHP with curl: apt-get install php-cli php-curl"],
  ruby: ["ruby", ["--version"], "needs Ruby: apt-get install ruby"],
};

/** The samples as modules, in a folder from which the packages of the workspace can be imported. */
export async function writeTypeScript(
  samples: readonly PreparedSample[],
  folder: string,
  extension: "mjs" | "ts",
): Promise<void> {
  await symlink(join(ROOT, "node_modules"), join(folder, "node_modules"));
  for (const [index, { source }] of samples.entries()) {
    await writeFile(join(folder, `sample-${index}.${extension}`), `${source}\n`);
  }
}

async function runPython(samples: readonly PreparedSample[], folder: string): Promise<void> {
  // A JSON string is a Python string as well.
  const text = JSON.stringify;
  const steps = samples.map(
    ({ name, source, env }) =>
      `os.environ.update(${text(env)})\nexec(compile(${text(source)}, ${text(name)}, "exec"), {})`,
  );
  await writeFile(join(folder, "samples.py"), ["import os", ...steps].join("\n"));
  await run("python3", ["samples.py"], folder);
}

/** A process for each sample. */
function each(file: string, command: string, args: readonly string[]): Runner {
  return async (samples, folder) => {
    for (const [index, { source, env }] of samples.entries()) {
      const own = join(folder, String(index));
      await mkdir(own);
      await writeFile(join(own, file), source);
      await run(command, [...args, file], own, env);
    }
  };
}

async function run(
  command: string,
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const options = { cwd, env: { ...process.env, ...env }, timeout: 120_000 };
  await promisify(execFile)(command, [...args], options);
}

function exports(env: Readonly<Record<string, string>>): string {
  return Object.entries(env)
    .map(([name, value]) => `export ${name}='${value}'`)
    .join("\n");
}
