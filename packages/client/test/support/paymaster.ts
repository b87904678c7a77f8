/** The real server, started as a user starts it: a process of its own, its own PostgreSQL and data. */
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const BIN = fileURLToPath(new URL("../../../cli/bin/paymaster.js", import.meta.url));
const START_LIMIT_MS = 40_000;

export interface Credentials {
  readonly base_url: string;
  readonly token_url: string;
  readonly admin_url: string;
  readonly account_id: string;
  readonly client_id: string;
  readonly client_secret: string;
  readonly api_key: string;
  readonly admin_key: string;
}

export interface PaymasterServer {
  readonly credentials: Credentials;
  readonly credentialsFile: string;
  /** Calls the operator's API and gives its JSON. */
  admin(method: string, path: string, body?: unknown): Promise<Record<string, unknown>>;
  stop(): Promise<void>;
}

/** An empty installation on a free port, with a test clock. */
export async function startPaymaster(
  args: readonly string[] = ["--test-clock", "2021-06-01"],
): Promise<PaymasterServer> {
  const dataDir = await mkdtemp(join(tmpdir(), "paymaster-e2e-"));
  // Under root, PostgreSQL runs as another user; if that one cannot enter, the cluster lives elsewhere
  // and would stay behind when this folder is removed.
  await chmod(dataDir, 0o755);
  const line = [BIN, "serve", "--empty", "--port", "0", "--data-dir", dataDir, ...args];
  const env = { PATH: process.env.PATH };
  const child = spawn(process.execPath, line, { env, stdio: ["ignore", "pipe", "pipe"] });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  await untilReady(child, ended).catch(async (error: unknown) => {
    await ended;
    await rm(dataDir, { recursive: true, force: true });
    throw error;
  });
  const credentialsFile = join(dataDir, "credentials.json");
  const credentials = JSON.parse(readFileSync(credentialsFile, "utf8")) as Credentials;
  return {
    credentials,
    credentialsFile,
    admin: (method, path, body) => callAdmin(credentials, method, path, body),
    async stop() {
      child.kill("SIGTERM");
      await ended;
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function untilReady(child: ChildProcess, ended: Promise<void>): Promise<void> {
  let output = "";
  const ready = new Promise<boolean>((resolve) => {
    const read = (chunk: Buffer) => {
      output += chunk.toString("utf8");
      if (output.includes("Paymaster is ready")) resolve(true);
    };
    child.stdout?.on("data", read);
    child.stderr?.on("data", read);
    setTimeout(() => resolve(false), START_LIMIT_MS).unref();
  });
  if (await Promise.race([ready, ended.then(() => false)])) return;
  child.kill("SIGKILL");
  throw new Error(`paymaster serve did not become ready:\n${output}`);
}

async function callAdmin(
  credentials: Credentials,
  method: string,
  path: string,
  body: unknown,
): Promise<Record<string, unknown>> {
  const response = await fetch(credentials.admin_url + path, {
    method,
    headers: {
      authorization: `Bearer ${credentials.admin_key}`,
      "content-type": "application/json",
    },
    body: body === undefined ? null : JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: HTTP ${response.status} ${text}`);
  return text === "" ? {} : (JSON.parse(text) as Record<string, unknown>);
}
