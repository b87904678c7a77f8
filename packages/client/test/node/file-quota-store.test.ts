/** Quota counts in a file: restarts, several processes, crashes, corruption. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  createQuotaPlanner,
  type QuotaPlanner,
  QuotaStoreError,
  RateLimitError,
} from "../../src/index.js";
import { fileQuotaStore } from "../../src/node/index.js";
import { VirtualTime } from "../support/virtual-time.js";

const WORKER = fileURLToPath(new URL("../support/quota-worker.mjs", import.meta.url));
const DIST = new URL("../../dist/", import.meta.url).href;

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "paymaster-quota-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

function newPlanner(path: string, onCorrupt?: (path: string) => void): QuotaPlanner {
  const quota = createQuotaPlanner({ store: fileQuotaStore({ path, onCorrupt }) });
  onTestFinished(() => quota.close());
  return quota;
}

const list = { tool: "account_billing_invoices", input: { accountId: "a" } };
const usage = { tool: "get_plan_usage", input: { accountId: "a" } };

/** A call that is answered at once by a service on this machine's time. */
async function call(quota: QuotaPlanner, what = usage): Promise<void> {
  const turn = await quota.turn(what);
  turn.answered({ dateMs: Math.floor(Date.now() / 1_000) * 1_000, rateLimit: undefined });
}

function usedToday(quota: QuotaPlanner): number | undefined {
  return quota.status().rules.find(({ rule }) => rule.startsWith("day:Heavy"))?.used;
}

describe("a restart", () => {
  it("remembers what was used, and what is closed until when", async () => {
    const path = join(await newFolder(), "deep", "quota");
    const first = newPlanner(path);
    await call(first, list);
    for (let index = 0; index < 5; index += 1) await call(first);
    await first.close();
    expect(statSync(path).mode & 0o777).toBe(0o600);

    const second = newPlanner(path);
    await expect(second.turn(list)).rejects.toBeInstanceOf(RateLimitError);
    expect(usedToday(second)).toBe(6);
    await call(second, { ...list, input: { accountId: "b" } });
    expect(usedToday(second)).toBe(7);
  });

  it("remembers what the service has closed", async () => {
    const path = join(await newFolder(), "quota");
    const first = newPlanner(path);
    const turn = await first.turn(usage);
    const retryAt = new Date(Math.ceil(Date.now() / 1_000 + 60) * 1_000);
    const rateLimit = { category: "Heavy", type: "QPS", limit: 40, remaining: 0, retryAt };
    turn.refused({ dateMs: Date.now(), rateLimit }, false);
    await first.close();
    const error = await newPlanner(path)
      .turn(usage)
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(RateLimitError);
    expect((error as RateLimitError).retryAt?.getTime()).toBeGreaterThan(Date.now() + 50_000);
  });
});

describe("two planners on one file", () => {
  it("count together, and hear of a refusal", async () => {
    const path = join(await newFolder(), "quota");
    const [one, two] = [newPlanner(path), newPlanner(path)];
    await call(one);
    await call(two);
    await call(one);
    expect(usedToday(one)).toBe(3);
    const turn = await two.turn(usage);
    const retryAt = new Date(Date.now() + 3_600_000 * 12);
    const rateLimit = {
      category: "Heavy",
      type: "Daily-limit",
      limit: 60_000,
      remaining: 0,
      retryAt,
    };
    turn.refused({ dateMs: Date.now(), rateLimit }, true);
    await new Promise((resolve) => setTimeout(resolve, 60));
    await expect(one.turn(usage)).rejects.toBeInstanceOf(RateLimitError);
  });

  it("agree after the file was summed up, however often", async () => {
    const path = join(await newFolder(), "quota");
    const [one, two] = [newPlanner(path), newPlanner(path)];
    const accounts = Array.from({ length: 6_000 }, (_, index) => `account-number-${index}`);
    const heading = () => readFileSync(path, "latin1").slice(0, 40);
    const ask = async (quota: QuotaPlanner, accountId: string) => {
      const turn = await quota.turn(
        { tool: "download_invoice_p_d_f", input: { invoiceId: `${accountId}-${"x".repeat(80)}` } },
        { maxWaitMs: 60_000 },
      );
      turn.unsent();
    };
    await call(one);
    await call(two, list);
    const before = heading();
    for (const [index, accountId] of accounts.entries()) {
      await ask(index % 2 === 0 ? one : two, accountId);
    }
    expect(heading()).not.toBe(before);
    expect(statSync(path).size).toBeLessThan(1_200_000);
    await call(one);
    await call(two);
    await call(one);
    expect([usedToday(one), usedToday(two)]).toEqual([5, 4]);
    await expect(one.turn(list)).rejects.toBeInstanceOf(RateLimitError);
  });
});

describe("two processes, one in the background", () => {
  it("an interactive call of one goes in the next second, however busy the other is", async () => {
    const path = join(await newFolder(), "quota");
    const time = new VirtualTime(Date.parse("2021-06-01T12:00:00.500Z"));
    const plannerOf = () => createQuotaPlanner({ clock: time, store: fileQuotaStore({ path }) });
    const [night, person] = [plannerOf(), plannerOf()];
    night.showServiceTime(time.now());
    const make = async (quota: QuotaPlanner, priority: "interactive" | "background") => {
      const turn = await quota.turn(usage, { priority, maxWaitMs: 60_000 });
      const atMs = time.now();
      await time.sleep(5);
      turn.answered({ dateMs: Math.floor(time.now() / 1_000) * 1_000, rateLimit: undefined });
      return atMs;
    };
    const sync = Array.from({ length: 400 }, () => make(night, "background"));
    await time.run(time.sleep(2_000));
    for (let round = 0; round < 3; round += 1) {
      const askedMs = time.now();
      const wentMs = await time.run(make(person, "interactive"));
      expect(wentMs - askedMs).toBeLessThan(1_050);
      await time.run(time.sleep(700));
    }
    await time.run(Promise.all(sync));
    await Promise.all([night.close(), person.close()]);
  });
});

describe("a file that is not as it was written", () => {
  async function usedFile(): Promise<string> {
    const path = join(await newFolder(), "quota");
    const quota = newPlanner(path);
    await call(quota, list);
    await call(quota);
    await quota.close();
    return path;
  }

  it.each([
    ["other text", (path: string) => writeFileSync(path, "{}\n")],
    ["nothing", (path: string) => writeFileSync(path, "")],
    [
      "a changed digit",
      (path: string) => {
        const text = readFileSync(path, "latin1");
        writeFileSync(path, text.replace(/(account_billing_invoices:\d)/, "$1" + "9"), "latin1");
      },
    ],
    ["a line of its own", (path: string) => appendFileSync(path, '["take","x",0,0]\n')],
    [
      "zeros, as a file system leaves them",
      (path: string) => appendFileSync(path, `${"\0".repeat(64)}\n`),
    ],
  ])("is set aside, never trusted: %s", async (_, spoil) => {
    const path = await usedFile();
    spoil(path);
    const spoilt = readFileSync(path, "latin1");
    const reported: string[] = [];
    const quota = newPlanner(path, (corrupt) => reported.push(corrupt));
    await call(quota);
    expect(usedToday(quota)).toBe(1);
    expect(reported).toEqual([path]);
    expect(readFileSync(`${path}.corrupt`, "latin1")).toBe(spoilt);
    await quota.close();
    expect(usedToday(quota)).toBe(1);
  });

  it("is made anew from what a running process knows", async () => {
    const path = join(await newFolder(), "quota");
    const quota = newPlanner(path);
    for (let index = 0; index < 4; index += 1) await call(quota);
    writeFileSync(path, "not this");
    await call(quota);
    expect(usedToday(quota)).toBe(5);
    await quota.close();
    const next = newPlanner(path);
    await call(next);
    expect(usedToday(next)).toBe(6);
  });

  it("with a line broken off by a crash loses that line alone", async () => {
    const path = await usedFile();
    const { size } = statSync(path);
    appendFileSync(path, 'deadbeef [["take","x');
    const quota = newPlanner(path);
    await call(quota);
    expect(usedToday(quota)).toBe(3);
    await quota.close();
    expect(existsSync(`${path}.corrupt`)).toBe(false);
    truncateSync(path, size);
  });

  it("that cannot be written lets no call out", async () => {
    const folder = await newFolder();
    writeFileSync(join(folder, "file"), "");
    const quota = newPlanner(join(folder, "file", "quota"));
    await expect(quota.turn(usage)).rejects.toBeInstanceOf(QuotaStoreError);
    expect(quota.status().inFlight).toBe(0);
  });
});

describe("the lock", () => {
  it("of a process that is gone is taken over", async () => {
    const path = join(await newFolder(), "quota");
    const child = spawn(process.execPath, ["-e", ""]);
    const { pid } = child;
    await once(child, "exit");
    const { hostname } = await import("node:os");
    writeFileSync(`${path}.lock`, JSON.stringify({ pid, host: hostname(), random: "x" }));
    await call(newPlanner(path));
    expect(readdirSync(join(path, "..")).sort()).toEqual(["quota"]);
  });

  it("of a living process is waited for", async () => {
    const path = join(await newFolder(), "quota");
    const { hostname } = await import("node:os");
    const content = JSON.stringify({ pid: process.ppid, host: hostname(), random: "x" });
    writeFileSync(`${path}.lock`, content);
    const quota = newPlanner(path);
    let isDone = false;
    const waiting = call(quota).then(() => {
      isDone = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(isDone).toBe(false);
    await rm(`${path}.lock`);
    await waiting;
  });
});

/** A service that admits so many Heavy calls in each of its seconds, and counts what it refused. */
async function limitedService(perSecond: number) {
  const seen = { admitted: 0, refused: 0 };
  let second = 0;
  let used = 0;
  const server = createServer((_, response) => {
    const nowMs = Date.now();
    if (Math.floor(nowMs / 1_000) !== second) {
      second = Math.floor(nowMs / 1_000);
      used = 0;
    }
    used += 1;
    const isRefused = used > perSecond;
    if (isRefused) seen.refused += 1;
    else seen.admitted += 1;
    response.setHeader("date", new Date(nowMs).toUTCString());
    response.setHeader("content-type", "application/json");
    response.statusCode = isRefused ? 429 : 200;
    response.end(isRefused ? '{"code":429,"message":"Try again later."}' : '{"invoices":[]}');
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { seen, baseUrl: `http://127.0.0.1:${port}/v2` };
}

interface Told {
  readonly statuses: Readonly<Record<string, number>>;
  readonly failures: readonly string[];
}

async function work(options: Record<string, unknown>): Promise<Told | "killed"> {
  const all = { client: `${DIST}index.js`, node: `${DIST}node/index.js`, ...options };
  const child = spawn(process.execPath, [WORKER, JSON.stringify(all)]);
  let [output, complaints] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => {
    output += chunk.toString("utf8");
  });
  child.stderr.on("data", (chunk: Buffer) => {
    complaints += chunk.toString("utf8");
  });
  const [code, signal] = (await once(child, "close")) as [number | null, string | null];
  if (signal === "SIGKILL") return "killed";
  expect(complaints).toBe("");
  expect(code).toBe(0);
  return JSON.parse(output) as Told;
}

describe("several processes", () => {
  it("keep to one limit together, one of them killed in the middle", async () => {
    const { seen, baseUrl } = await limitedService(40);
    const path = join(await newFolder(), "quota");
    const tool = "get_plan_usage";
    const common = { path, baseUrl, tool, accountId: "a", calls: 60 };
    const told = await Promise.all([
      work(common),
      work(common),
      work({ ...common, killAfter: 25 }),
    ]);
    expect(told[2]).toBe("killed");
    for (const one of told.slice(0, 2)) {
      expect(one).toEqual({ statuses: { 200: 60 }, failures: [] });
    }
    expect(seen.refused).toBe(0);
    expect(seen.admitted).toBeGreaterThanOrEqual(145);
    expect(readdirSync(join(path, "..")).filter((name) => name.includes("corrupt"))).toEqual([]);
  }, 60_000);
});
