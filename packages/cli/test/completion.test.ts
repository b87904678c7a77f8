/** What a shell offers, by the table, and in real shells where they are installed. */
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { ALL_COMMANDS } from "../src/command-table.js";
import { complete } from "../src/completion.js";
import { emptyFolder, paymaster } from "./support/run.js";

async function offered(line: string): Promise<readonly string[]> {
  const sources = { commands: ALL_COMMANDS, profiles: () => ["acme", "other"] };
  return (await complete(line.split(" "), sources)).map(({ value }) => value);
}

describe("a line that ends here is offered", () => {
  it.each([
    ["pl", ["plans"]],
    ["plans ", ["me", "create", "addons", "base", "usage"]],
    ["plans base ", ["update", "cancel"]],
    ["plans usage ", ["me"]],
    ["plans usage me ", []],
    ["plans usage me --j", ["--json"]],
    ["plans usage me --as ", ["acme", "other"]],
    ["plans usage --as acme ", ["me"]],
    ["plans base update x --type business_m", ["business_monthly"]],
    ["plans base update x --data ", [":file"]],
    ["profiles remove o", ["other"]],
    ["completion ", ["bash", "zsh", "fish"]],
    ["nothing ", []],
  ])("%j: %j", async (line, expected) => {
    expect(await offered(line)).toEqual(expected);
  });

  it("flags of the server, which describes itself", async () => {
    expect(await offered("serve --te")).toEqual(["--test-clock"]);
  });
});

/** A folder with the built command under its own name. */
function pathWithPaymaster(): string {
  const folder = join(emptyFolder(), "bin");
  mkdirSync(folder);
  const bin = fileURLToPath(new URL("../bin/paymaster.js", import.meta.url));
  const script = `#!/bin/sh\nexec "${process.execPath}" "${bin}" "$@"\n`;
  writeFileSync(join(folder, "paymaster"), script, { mode: 0o755 });
  return [folder, process.env.PATH].join(delimiter);
}

function has(shell: string): boolean {
  return spawnSync(shell, ["-c", "true"]).error === undefined;
}

describe("in a shell", () => {
  it.runIf(has("bash"))("bash", () => {
    const cwd = emptyFolder();
    writeFileSync(join(cwd, "an order.json"), "");
    const script = `source <(paymaster completion bash)
press() { COMP_WORDS=(paymaster "$@"); COMP_CWORD=$#; _paymaster; printf '%s|' "\${COMPREPLY[@]}"; echo; }
press plans base ''
press plans base update x --data ''`;
    const env = { PATH: pathWithPaymaster(), HOME: cwd };
    const { stdout } = spawnSync("bash", ["-c", script], { encoding: "utf8", env, cwd });
    expect(stdout).toBe("update|cancel|\nan order.json|\n");
  });

  it.runIf(has("zsh"))("zsh", () => {
    const script = `compdef() {}
source <(paymaster completion zsh)
_describe() { print -l -- $candidates }
words=(paymaster plans base ''); CURRENT=4; _paymaster`;
    const env = { PATH: pathWithPaymaster(), HOME: emptyFolder() };
    const { stdout } = spawnSync("zsh", ["-f", "-c", script], { encoding: "utf8", env });
    expect(stdout).toBe("update:Update a base plan\ncancel:Cancel a base plan\n");
  });

  it.runIf(has("fish"))("fish", () => {
    const script = `paymaster completion fish | source; complete -C 'paymaster plans base '`;
    const env = { PATH: pathWithPaymaster(), HOME: emptyFolder() };
    const { stdout } = spawnSync("fish", ["-c", script], { encoding: "utf8", env });
    expect(stdout.trim().split("\n").sort()).toEqual([
      "cancel\tCancel a base plan",
      "update\tUpdate a base plan",
    ]);
  });

  it("no script for a shell that is not known", async () => {
    const { code, stderr } = await paymaster(["completion", "tcsh"]);
    expect(code).toBe(2);
    expect(stderr).toContain("expected bash, zsh, fish");
  });
});
