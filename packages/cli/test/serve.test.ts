/** `paymaster serve` as a process: how it starts, what it prints, how it ends, what it leaves. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { paymaster } from "./support/run.js";

const BIN = fileURLToPath(new URL("../bin/paymaster.js", import.meta.url));
const START_LIMIT_MS = 15_000;
const POLL_MS = 20;
/** What the tests write is thrown away: no disk needs to hold it. */
const MEMORY = "/dev/shm";

interface Serving {
  readonly child: ChildProcess;
  readonly file: string;
  readonly ended: Promise<number | null>;
  output(): string;
  credentials(): Record<string, string>;
}

const begun: Serving[] = [];
const folders: string[] = [];

/** Its first start is the first test's; the later ones are much shorter. */
const folder = dataFolder();

afterEach(async () => {
  for (const { child, ended } of begun.splice(0)) {
    child.kill("SIGTERM");
    await ended;
  }
  for (const folder of folders) expect(processesIn(folder)).toEqual([]);
});

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function dataFolder(): string {
  const made = mkdtempSync(join(existsSync(MEMORY) ? MEMORY : tmpdir(), "paymaster-serve-"));
  chmodSync(made, 0o755);
  folders.push(made);
  return made;
}

/** Command lines of living processes that name the folder. Empty where there is no /proc. */
function processesIn(folder: string): string[] {
  return readdirSync("/proc", { withFileTypes: true })
    .filter(({ name }) => /^\d+$/.test(name) && name !== String(process.pid))
    .flatMap(({ name }) => {
      try {
        return [readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " ")];
      } catch {
        return [];
      }
    })
    .filter((line) => line.includes(folder));
}

function begin(folder: string, args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Serving {
  const options = ["serve", "--data-dir", folder, "--port", "0", ...args];
  const child = spawn(process.execPath, [BIN, ...options], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const file = join(folder, "credentials.json");
  const credentials = () => JSON.parse(readFileSync(file, "utf8")) as Record<string, string>;
  const serving = { child, file, ended, output: () => output, credentials };
  begun.push(serving);
  return serving;
}

async function until(serving: Serving, text: string): Promise<void> {
  const begun_ms = performance.now();
  while (!serving.output().includes(text)) {
    const waited_ms = performance.now() - begun_ms;
    if (serving.child.exitCode !== null || waited_ms > START_LIMIT_MS) {
      throw new Error(`no "${text}" in:\n${serving.output()}`);
    }
    await sleep(POLL_MS);
  }
}

async function serve(args: readonly string[] = []): Promise<Serving> {
  const serving = begin(folder, args);
  await until(serving, "Ctrl-C stops the server");
  return serving;
}

async function end(serving: Serving, signal: NodeJS.Signals): Promise<number | null> {
  serving.child.kill(signal);
  return serving.ended;
}

describe("paymaster serve", () => {
  it("keeps the test clock it began with, and says so", async () => {
    const first = await serve(["--empty", "--test-clock", "2026-01-31"]);
    expect(first.output()).toMatch(/test clock +2026-01-31T00:00:0\d\.\d{3}Z, ticking\n/);
    await end(first, "SIGTERM");
    const second = await serve(["--test-clock", "2027-05-05"]);
    expect(second.output()).toContain("--test-clock 2027-05-05 is ignored: the test clock");
    expect(second.output()).toMatch(/test clock +2026-01-31T00:00:/);
  });

  it("prints a first call that works as it stands", async () => {
    const serving = await serve();
    const line = /^ {2}(curl .*)$/m.exec(serving.output())?.[1] ?? "";
    const answer = execFileSync("sh", ["-c", line], { encoding: "utf8", stdio: "pipe" });
    expect(JSON.parse(answer)).toMatchObject({ plan_base: { type: "monthly", hosts: 2 } });
  });

  it("writes credentials that only their owner reads, for the address in use", async () => {
    const first = await serve();
    expect(statSync(first.file).mode & 0o777).toBe(0o600);
    const before = first.credentials();
    expect(await end(first, "SIGTERM")).toBe(0);
    chmodSync(first.file, 0o644);
    const second = await serve();
    const after = second.credentials();
    expect(statSync(second.file).mode & 0o777).toBe(0o600);
    expect(after.base_url).not.toBe(before.base_url);
    const origin = new URL(after.base_url ?? "").origin;
    expect(second.output()).toContain(`Paymaster is ready at ${origin} (`);
    const urls = {
      base_url: `${origin}/v2`,
      token_url: `${origin}/oauth/token`,
      admin_url: `${origin}/admin/v1`,
    };
    expect(after).toEqual({ ...before, ...urls });
  });

  it.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)(
    "ends by %s, and leaves no process",
    async (signal) => {
      const serving = await serve();
      expect(processesIn(folder).length).toBeGreaterThan(1);
      serving.child.kill(signal); // npm passes a Ctrl-C on that came from the terminal as well
      expect(await end(serving, signal)).toBe(0);
    },
  );

  it("breaks a first start off at once, and the next one begins anew", async () => {
    const folder = dataFolder();
    const broken = begin(folder, ["--demo"]);
    await until(broken, "Making the demo world");
    expect(await end(broken, "SIGTERM")).toBe(1);
    const serving = begin(folder, ["--empty"]);
    await until(serving, "A master account is ready");
  });

  it("goes on after it was killed, on the PostgreSQL that it left", async () => {
    const killed = await serve();
    const { api_key: key } = killed.credentials();
    await end(killed, "SIGKILL");
    const serving = await serve();
    expect(serving.output()).toContain("attached to the running PostgreSQL");
    expect(serving.credentials().api_key).toBe(key);
  });

  it("ends with the npx that it was started by", async () => {
    const line = `"${process.execPath}" "${BIN}" serve --empty --port 0 --data-dir "${folder}"; true`;
    const shell = spawn("sh", ["-c", line], { env: { ...process.env, npm_command: "exec" } });
    let output = "";
    shell.stdout.on("data", (chunk) => {
      output += chunk;
    });
    const ended = new Promise((resolve) => shell.once("close", resolve));
    while (!output.includes("Ctrl-C stops") && shell.exitCode === null) await sleep(POLL_MS);
    shell.kill("SIGTERM"); // which a shell does not pass on
    await ended; // nobody holds its output any more
    expect(output).toContain("PostgreSQL stopped");
  });

  it("refuses a data directory and a port that are in use, each with one line", async () => {
    await serve();
    const second = await paymaster(["serve", "--data-dir", folder, "--port", "0"]);
    expect(second.code).toBe(1);
    expect(second.stderr).toMatch(/^paymaster serve: The data directory .* is in use by .*\n$/);

    const other = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => other.once("listening", resolve));
    const address = other.address();
    const port = typeof address === "object" ? String(address?.port) : "";
    const third = await paymaster(["serve", "--data-dir", dataFolder(), "--port", port]);
    other.close();
    expect([third.code, third.stdout, third.stderr]).toEqual([
      1,
      "",
      `paymaster serve: Cannot listen on 127.0.0.1 port ${port}: it is in use. ` +
        "Stop what listens there, or choose another port (--port, PORT).\n",
    ]);
  });

  it("says in one line what is wrong with DATABASE_URL", async () => {
    const args = ["serve", "--data-dir", dataFolder(), "--port", "0"];
    const env = { DATABASE_URL: "postgresql://somebody@127.0.0.1:1/nothing" };
    const refused = await paymaster(args, { env });
    expect([refused.code, refused.stderr]).toEqual([
      1,
      "paymaster serve: DATABASE_URL: connect ECONNREFUSED 127.0.0.1:1\n",
    ]);
  });
});

it("refuses what it does not know before anything starts, and has a help", async () => {
  const refused = await paymaster(["serve", "--bogus"]);
  expect([refused.code, refused.stdout, refused.stderr]).toEqual([
    2,
    "",
    "paymaster serve: Unknown option '--bogus'\nTry: paymaster serve --help\n",
  ]);
  const help = await paymaster(["serve", "--help"]);
  expect([help.code, help.stderr]).toEqual([0, ""]);
  expect(help.stdout).toContain("--test-clock DATE");
});
