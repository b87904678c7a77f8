import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import type { PgConnection } from "../../src/postgres/index.js";
import { oncePerRun, type RunDirectories } from "../support/run-directory.js";
import { nativeDirFor } from "./helpers.js";

/** A child process that runs `child-program.ts`. */
export interface Child {
  readonly process: ChildProcess;
  /** Lines that it logged. */
  readonly logs: string[];
  /** Resolves when its PostgreSQL answers; rejects with its error message. */
  readonly ready: Promise<{ connection: PgConnection; pid: number }>;
  /** Resolves when it has ended. */
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

export interface ChildOptions {
  dataDir: string;
  nativeDir?: string;
  transport?: "socket" | "tcp";
  lockOnly?: boolean;
  exitWhenReady?: boolean;
  /** Run as this user; default: the tests' own. */
  user?: { uid: number; gid: number };
  /** A program with its arguments that runs the child, e.g. in a namespace. */
  through?: readonly string[];
}

interface Said {
  log?: string;
  error?: string;
  ready?: boolean;
  connection: PgConnection;
  pid: number;
}

export async function startChild(options: ChildOptions): Promise<Child> {
  const { user, through = [], ...rest } = options;
  const bundle = await oncePerRun("child", bundleProgram);
  const nativeDir = rest.nativeDir ?? (await nativeDirFor(user));
  const own = [process.execPath, bundle, JSON.stringify({ nativeDir, ...rest })];
  const [program = "", ...args] = [...through, ...own];
  const child = spawn(program, args, {
    cwd: "/",
    detached: true, // a process group of its own, which a test may kill
    stdio: ["ignore", "pipe", "inherit"],
    ...user,
  });
  const logs: string[] = [];
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once("exit", (code, signal) => resolve({ code, signal }));
  });
  const ready = new Promise<{ connection: PgConnection; pid: number }>((resolve, reject) => {
    createInterface(child.stdout)
      .on("line", (line) => {
        const { log, error, ready: isReady, ...said } = JSON.parse(line) as Said;
        if (log !== undefined) logs.push(log);
        if (isReady) resolve(said);
        if (error !== undefined) reject(new Error(error));
      })
      .on("close", () => reject(new Error("the child ended without a word")));
  });
  ready.catch(() => {}); // a test may only look at `ended`
  return { process: child, logs, ready, ended };
}

async function bundleProgram({ memory }: RunDirectories): Promise<string> {
  const outfile = join(memory, "child.mjs");
  await build({
    entryPoints: [fileURLToPath(new URL("child-program.ts", import.meta.url))],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    logLevel: "error",
    external: ["pg-native"], // mentioned by pg, not installed
    // pg is CommonJS and asks for Node's modules with require().
    banner: {
      js: 'import { createRequire as c } from "node:module"; const require = c(import.meta.url);',
    },
  });
  chmodSync(outfile, 0o644);
  return outfile;
}
