/**
 * The guides tell the truth: their commands run against a real server and print what they say. To put what
 * is printed into a guide: UPDATE_GUIDES=1 npx vitest run test/guides
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm, symlink } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { SERVE_HELP } from "../../packages/server/src/config.js";
import { startTestServer } from "../../packages/server/test/support/server.js";
import { blocksOf, corrected, isShown } from "./support/blocks.js";
import { runCommands } from "./support/session.js";

const GUIDES = new URL("../../docs/guides/", import.meta.url);

/** Each command is a process or two; on a busy machine that adds up. */
const PATIENCE_MS = 240_000;

describe("the commands of a guide print what it shows", { timeout: PATIENCE_MS }, () => {
  it("start in five minutes", () => followWithServer("getting-started.md"));
  it("how an invoice is computed", () => followWithServer("how-an-invoice-is-computed.md"));
  it("connect an assistant", () => followWithServer("connect-an-assistant.md"));
  it("test your integration in CI", async () => {
    // The guide starts its own server, on a port that may be taken here.
    await follow("test-in-ci.md", await emptyFolder(), { PORT: String(await freePort()) });
  });
});

describe("connecting an assistant", () => {
  it("has the snippets of the MCP server's README, word for word", () => {
    const readme = readFileSync(new URL("../../packages/mcp/README.md", import.meta.url), "utf8");
    const guide = readFileSync(new URL("connect-an-assistant.md", GUIDES), "utf8");
    const snippets = [...guide.matchAll(/^```json\n[\s\S]*?^```$/gm)].map(([text]) => text);
    expect(snippets.length).toBeGreaterThan(0);
    for (const snippet of snippets) expect(readme).toContain(snippet);
  });
});

describe("every page", () => {
  const pages = [
    "../README.md",
    ...readdirSync(GUIDES),
    "../reference/support.md",
    "../reference/assumptions.md",
  ].map((name) => ({ name, url: new URL(name, GUIDES) }));

  it.each(pages)("$name links only to what is there", ({ url }) => {
    const text = readFileSync(url, "utf8");
    const links = [...text.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, link = ""]) => link);
    expect(links.filter((link) => !existsSync(new URL(link, url)))).toEqual([]);
  });

  it.each(pages)("$name starts the server with flags that it has", ({ url }) => {
    const starts = readFileSync(url, "utf8").match(/paymaster serve(?:[^\n`]|\\\n)*/g) ?? [];
    const flags = starts.flatMap((start) => start.match(/--[a-z][a-z-]*/g) ?? []);
    expect(flags.filter((flag) => !SERVE_HELP.includes(`${flag} `))).toEqual([]);
  });
});

/** The folder is one in which `npm start` ran: the server's data directory is in it. */
async function followWithServer(guide: string): Promise<void> {
  const paymaster = await startTestServer({ testClock: "2026-01-31", rateLimits: true });
  onTestFinished(() => paymaster.stop());
  const folder = await emptyFolder();
  await symlink(paymaster.server.dataDir, join(folder, ".paymaster"));
  await follow(guide, folder, {});
}

async function follow(name: string, folder: string, env: Record<string, string>): Promise<void> {
  const path = new URL(name, GUIDES);
  const guide = readFileSync(path, "utf8");
  const blocks = blocksOf(guide);
  const printed = await runCommands(
    blocks.map(({ command }) => command),
    folder,
    env,
  );
  if (process.env.UPDATE_GUIDES !== undefined) writeFileSync(path, corrected(guide, printed));
  for (const [index, { command, shows }] of blocks.entries()) {
    const output = printed[index] ?? "";
    if (shows !== null && !isShown(shows, output)) expect(output, command).toBe(shows);
  }
  expect(printed).toHaveLength(blocks.length);
}

async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "paymaster-guide-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
