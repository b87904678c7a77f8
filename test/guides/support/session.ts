/** Runs the commands of a guide in one shell, as somebody who pastes them one after the other. */
import { execFile } from "node:child_process";
import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
/** Between the outputs; no command prints it. */
const MARK = "\u001e";

/**
 * What each command printed on standard output. Stops at the first that fails, as the guide's reader would.
 * @param folder in which a checkout is expected; its packages are linked here
 */
export async function runCommands(
  commands: readonly string[],
  folder: string,
  env: Readonly<Record<string, string>>,
): Promise<string[]> {
  await symlink(join(ROOT, "node_modules"), join(folder, "node_modules"));
  const script = [
    "set -euo pipefail",
    // Finds the same program as npx, without looking for it anew at each command.
    `npx() { "$@"; }`,
    ...commands.map((command) => `${command}\nprintf '${MARK}'`),
  ].join("\n");
  const { stdout } = await promisify(execFile)("bash", ["-c", script], {
    cwd: folder,
    env: {
      ...process.env,
      PATH: `${join(ROOT, "node_modules/.bin")}:${process.env.PATH ?? ""}`,
      PAYMASTER_CONFIG_DIR: join(folder, ".config"),
      PAYMASTER_STATE_DIR: join(folder, ".state"),
      ...env,
    },
    timeout: 200_000,
    maxBuffer: 16 * 1024 * 1024,
  });
  return stdout
    .split(MARK)
    .slice(0, -1)
    .map((output) => output.trimEnd());
}
