/**
 * What a call of the client costs on top of a bare `fetch` of the same address, on the same server, in
 * the same run: the credential, the time limit, reading the answer, and with the planner its turn. Batches
 * of each follow each other closely, and what counts is the median of their differences, so that what
 * else the machine does falls on all alike.
 * Run: npm run build && node bench/client-overhead.mjs
 */
import { fork } from "node:child_process";
import { createServer } from "node:http";
import { bearerToken, createClient, createQuotaPlanner } from "@paymaster/client";
import { report } from "./support/report.mjs";
import { median } from "./support/timing.mjs";

const BATCHES = 1_500;
const CALLS = 10;
const WARM_UP_CALLS = 3_000;
const TOKEN = "a-token-of-some-length-as-they-are";
const ANSWER = JSON.stringify({
  plan_base: { type: "monthly", hosts: 2, usage: 1 },
  plan_zoom_rooms: { type: "zroom_monthly", hosts: 1, usage: 0 },
  plan_webinar: [{ type: "webinar1000", hosts: 1, usage: 1 }],
});

if (process.argv[2] === "serve") serve();
else await measure();

function serve() {
  const server = createServer((_, response) => {
    // It would contradict the planner's hasty clock.
    response.sendDate = false;
    response.writeHead(200, {
      "content-type": "application/json;charset=UTF-8",
      "content-length": ANSWER.length,
      "x-zm-trackingid": "v=2.0;clid=us02;rid=WEB_596ca498838a64cf86185261bcfc5a63",
      "x-ratelimit-category": "Heavy",
      "x-ratelimit-limit": "60000",
      "x-ratelimit-remaining": "59000",
    });
    response.end(ANSWER);
  });
  server.listen(0, "127.0.0.1", () => process.send(server.address().port));
}

async function measure() {
  // A process of its own, so that its work is not counted as the client's.
  const server = fork(new URL(import.meta.url), ["serve"]);
  const port = await new Promise((resolve) => server.once("message", resolve));
  const candidates = candidatesOf(`http://127.0.0.1:${port}/v2`);
  for (const call of Object.values(candidates)) await batch(call, WARM_UP_CALLS);
  const times = new Map(Object.keys(candidates).map((name) => [name, []]));
  for (let index = 0; index < BATCHES; index += 1) {
    for (const [name, call] of Object.entries(candidates))
      times.get(name).push(await batch(call, CALLS));
  }
  const bare = times.get("bare fetch");
  for (const [name, values] of times) {
    const own = median(values.map((value, index) => value - bare[index]));
    report(name, { "us a call": median(values), "us of its own": own });
  }
  server.kill();
}

function candidatesOf(baseUrl) {
  const options = { baseUrl, authentication: bearerToken(TOKEN) };
  const plain = createClient(options);
  const planned = createClient({ ...options, quota: createQuotaPlanner({ clock: hastyClock() }) });
  const headers = { accept: "application/json", authorization: `Bearer ${TOKEN}` };
  return {
    "bare fetch": async () => {
      const response = await fetch(`${baseUrl}/accounts/me/plans/usage`, { headers });
      return response.json();
    },
    client: () => plain.getPlanUsage({ accountId: "me" }),
    "client with planner": () => planned.getPlanUsage({ accountId: "me" }),
  };
}

/** @returns microseconds a call */
async function batch(call, count) {
  const startedMs = performance.now();
  for (let index = 0; index < count; index += 1) await call();
  return ((performance.now() - startedMs) / count) * 1_000;
}

/** Twenty milliseconds pass with each reading: the quota is in use, but never used up. */
function hastyClock() {
  let nowMs = Date.now();
  return {
    now() {
      nowMs += 20;
      return nowMs;
    },
    after: () => () => {},
  };
}
