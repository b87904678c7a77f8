/** Runs the built command as a user would: a process of its own, with just the given environment. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { type Answerer, type SeenRequest, startPeer } from "../../../client/test/support/peer.js";

const BIN = fileURLToPath(new URL("../../bin/paymaster.js", import.meta.url));

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "paymaster-cli-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function paymaster(
  args: readonly string[],
  options: {
    readonly env?: Readonly<Record<string, string>>;
    readonly cwd?: string;
    readonly input?: string;
    readonly timeoutMs?: number;
    /** Called once, when the process is up; e.g. to send it a signal later. */
    readonly started?: (kill: (signal: NodeJS.Signals) => void) => void;
  } = {},
): Promise<Finished> {
  const child = spawn(process.execPath, [BIN, ...args], {
    cwd: options.cwd ?? emptyFolder(),
    env: { PATH: process.env.PATH, ...ownFolders(), ...options.env },
    timeout: options.timeoutMs ?? 15_000,
  });
  options.started?.((signal) => child.kill(signal));
  child.stdin.end(options.input ?? "");
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      const stdout = Buffer.concat(out).toString("utf8");
      resolve({ code, stdout, stderr: Buffer.concat(err).toString("utf8") });
    });
  });
}

/** A service on the documented wire, and the environment in which the command finds it. */
export async function startService(
  answer: Answerer,
): Promise<{ readonly env: Record<string, string>; readonly requests: readonly SeenRequest[] }> {
  const { baseUrl, requests } = await startPeer(answer);
  return { env: { PAYMASTER_TOKEN: "secret-token", PAYMASTER_BASE_URL: baseUrl }, requests };
}

/** Neither the profiles nor the counted quotas of whoever runs the tests. */
function ownFolders(): Readonly<Record<string, string>> {
  const folder = emptyFolder();
  return {
    PAYMASTER_CONFIG_DIR: join(folder, "config"),
    PAYMASTER_STATE_DIR: join(folder, "state"),
  };
}
