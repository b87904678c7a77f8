/**
 * Records the terminal session of docs/guides/fleet.md: a real server with the demo world and some more
 * accounts, the real command in a terminal of its own (`script` of util-linux), Ctrl-C by a person's
 * finger's stand-in. What the commands print is put between the markers of the guide.
 * Run: npm run build && node scripts/record-fleet-session.mjs
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bearerToken, createClient, createQuotaPlanner } from "@paymaster/client";
import { makeDataDir, startServer } from "./built-server.mjs";

const GUIDE = fileURLToPath(new URL("../docs/guides/fleet.md", import.meta.url));
const COMMAND = fileURLToPath(new URL("../packages/cli/bin/paymaster.js", import.meta.url));
const MORE_ACCOUNTS = 270;
/** The bar moves twice a second; so often a picture of it is kept. */
const FRAME_EVERY_MS = 3_000;
const [START, END] = ["<!-- session -->\n", "<!-- end of session -->\n"];
const [CLEAR, RETURN] = ["\u001b[2K", "\r"];

const data = await makeDataDir();
const folder = mkdtempSync(join(tmpdir(), "paymaster-session-"));
const server = await startServer(data.dir);
try {
  await addAccounts(server.credentials);
  const session = [
    await run("paymaster fleet sync --dry-run"),
    await run("paymaster fleet sync", { interruptAfterMs: 5_000 }),
    await run("paymaster fleet sync"),
    await run("paymaster fleet sync"),
    await run("paymaster fleet report licences --rows 5"),
    await run("paymaster fleet report --format xlsx --output fleet.xlsx"),
    await run("paymaster fleet invoices download --since 2026-11-01 --dry-run"),
  ].join("\n");
  const guide = readFileSync(GUIDE, "utf8");
  const before = guide.slice(0, guide.indexOf(START) + START.length);
  const after = guide.slice(guide.indexOf(END));
  writeFileSync(GUIDE, `${before}\n\`\`\`console\n${session}\`\`\`\n\n${after}`);
} finally {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
  await data.remove();
}

async function addAccounts({ base_url, api_key }) {
  const quota = createQuotaPlanner();
  const client = createClient({ baseUrl: base_url, authentication: bearerToken(api_key), quota });
  const wait = { maxWaitMs: 60_000 };
  const one = async (index) => {
    const person = { first_name: "Ada", last_name: "Byron", password: "kT7-vQ2-mW9-xR4" };
    const account = { account_name: `Customer ${index}`, email: `owner${index}@example.com` };
    const { id } = await client.accountCreate({ body: { ...person, ...account } }, wait);
    const contact = { first_name: "Ada", last_name: "Byron", email: account.email };
    const place = { address: "1 Main Street", city: "Denver", state: "CO", zip: "80014" };
    const rest = { country: "US", phone_number: "+13035550100" };
    const plan_base = { type: "business_monthly", hosts: 10 + (index % 40) };
    const body = { contact: { ...contact, ...place, ...rest }, plan_base };
    await client.accountPlanCreate({ accountId: id, body }, wait);
  };
  await Promise.all(Array.from({ length: MORE_ACCOUNTS }, (_, index) => one(index + 1)));
  await quota.close();
}

/** @returns what a person sees, with some pictures of the bar */
async function run(line, { interruptAfterMs } = {}) {
  const args = line.split(" ").slice(1).join(" ");
  const child = spawn(
    "script",
    ["-qec", `stty cols 110; ${process.execPath} ${COMMAND} ${args}`, "/dev/null"],
    {
      cwd: folder,
      env: {
        PATH: process.env.PATH,
        TERM: "xterm",
        NO_COLOR: "1",
        PAYMASTER_CREDENTIALS: join(data.dir, "credentials.json"),
        PAYMASTER_STATE_DIR: join(folder, "state"),
      },
      stdio: ["pipe", "pipe", "inherit"],
    },
  );
  const screen = createScreen();
  child.stdout.on("data", (chunk) => screen.write(chunk.toString("utf8")));
  const ended = new Promise((resolve) => child.once("close", resolve));
  // The terminal turns the key into the signal.
  if (interruptAfterMs !== undefined)
    setTimeout(() => child.stdin.write("\u0003"), interruptAfterMs);
  const code = await ended;
  child.stdin.end();
  const prompt = `$ ${line}\n`;
  const result = code === 0 ? "" : `$ echo $?\n${code}\n`;
  return prompt + screen.text().replaceAll(folder, "~/fleet") + result;
}

function createScreen() {
  let text = "";
  let keptAtMs = Number.NEGATIVE_INFINITY;
  return {
    write(chunk) {
      // What a bar shows is wiped away by the next one: now and then one is kept.
      for (const part of chunk.replaceAll("\r\n", "\n").split(RETURN + CLEAR)) {
        const nowMs = performance.now();
        if (/^\[[#.]*\]/.test(part) && !part.includes("\n")) {
          if (nowMs - keptAtMs < FRAME_EVERY_MS) continue;
          keptAtMs = nowMs;
          text += `${part}\n`;
        } else text += part;
      }
    },
    text: () => text.replaceAll("^C", "^C\n"),
  };
}
