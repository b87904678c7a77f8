import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type AuditEntry, createAuditLog, fingerprint } from "../src/audit.js";
import { emptyFolder } from "./support/connect.js";

const entry: AuditEntry = { kind: "tool", name: "account_plans", arguments: {}, outcome: "ok" };

function setUp(options: { maxFileBytes?: number; filesKept?: number; secrets?: string[] } = {}) {
  const folder = emptyFolder();
  const file = join(folder, "sub", "audit.jsonl");
  const log: string[] = [];
  let nowMs = Date.UTC(2021, 5, 1);
  const audit = createAuditLog({
    file,
    now: () => nowMs++,
    log: (line) => log.push(line),
    maxFileBytes: options.maxFileBytes,
    filesKept: options.filesKept,
    secrets: options.secrets,
  });
  const lines = () =>
    readFileSync(file, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  return { folder, file, audit, log, lines };
}

describe("the audit file", () => {
  it("has a line for each call, for its owner's eyes only", () => {
    const { file, audit, lines } = setUp();
    expect(audit.record(entry)).toBe(true);
    expect(audit.record({ ...entry, outcome: "error", problem: "no" })).toBe(true);
    expect(lines()).toEqual([
      { at: "2021-06-01T00:00:00.000Z", ...entry },
      { at: "2021-06-01T00:00:00.001Z", ...entry, outcome: "error", problem: "no" },
    ]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it("is taken from others when it was open to them before", () => {
    const { file, audit } = setUp();
    mkdirSync(join(file, ".."));
    writeFileSync(file, "{}\n", { mode: 0o644 });
    chmodSync(file, 0o644);
    audit.record(entry);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it("holds no secrets, wherever a call puts them", () => {
    const secret = "kT7-vQ2-mW9-xR4";
    const { file, audit, lines } = setUp({ secrets: [secret] });
    audit.record({
      ...entry,
      arguments: {
        accountId: `x${secret}`,
        [`${secret}`]: 1,
        confirmation: "the-confirmation",
        next_page_token: "page-2",
        body: { password: "hunter2!", nested: [{ client_secret: "s", transfer_code: "t" }] },
      },
      problem: `refused ${secret}`,
    });
    audit.record({ ...entry, problem: "a-token-of-one-call" }, "a-token-of-one-call");
    const text = readFileSync(file, "utf8");
    for (const hidden of [
      secret,
      "a-token-of-one-call",
      "hunter2!",
      "the-confirmation",
      '"s"',
      '"t"',
    ]) {
      expect(text).not.toContain(hidden);
    }
    expect(lines()[0]?.arguments).toMatchObject({
      confirmation: fingerprint("the-confirmation"),
      next_page_token: "page-2",
    });
  });

  it("stays a line for a call of any size and depth", () => {
    const { file, audit, lines } = setUp();
    let deep: unknown = "x";
    for (let depth = 0; depth < 1_000; depth += 1) deep = { deep };
    const wide = Object.fromEntries(
      Array.from({ length: 500 }, (_, index) => [`member${index}`, "y".repeat(5_000)]),
    );
    audit.record({ ...entry, arguments: { deep, wide } });
    audit.record({ ...entry, arguments: { a: wide, b: wide, c: wide } });
    expect(lines()).toHaveLength(2);
    expect(statSync(file).size).toBeLessThan(64 * 1024);
    expect(lines()[1]?.arguments).toHaveProperty("left_out");
  });

  it("is put aside when it has grown, and the oldest ones go", () => {
    const { file, audit, lines } = setUp({ maxFileBytes: 400, filesKept: 2 });
    for (let index = 0; index < 40; index += 1) {
      expect(audit.record({ ...entry, arguments: { index } })).toBe(true);
    }
    const files = readdirSync(join(file, ".."));
    expect(files).toHaveLength(3);
    for (const name of files) {
      expect(statSync(join(file, "..", name)).size).toBeLessThanOrEqual(400);
      expect(statSync(join(file, "..", name)).mode & 0o777).toBe(0o600);
    }
    expect(lines().at(-1)?.arguments).toEqual({ index: 39 });
  });

  it("that cannot be written is told once", () => {
    const { file, audit, log } = setUp();
    mkdirSync(file, { recursive: true });
    expect(audit.record(entry)).toBe(false);
    expect(audit.record(entry)).toBe(false);
    expect(log).toHaveLength(1);
    expect(log[0]).toContain("cannot be written");
  });
});
