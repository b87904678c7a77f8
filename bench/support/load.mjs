/**
 * Load from a process of its own: keep-alive connections, each with its own round of requests. Reports
 * what came back and what the load itself cost. A request with `hosts` sets a plan's hosts, one more each
 * time, up to `hosts.max` and then down again: every one of them is a change.
 */
import autocannon from "autocannon";
import { runProgram } from "./programs.mjs";

await runProgram({
  start: async () => ({ ready: null }),
  answer: ({ origin, connections, seconds, rounds }) => load(origin, connections, seconds, rounds),
});

async function load(origin, connections, seconds, rounds) {
  let next = 0;
  const before = process.cpuUsage();
  const result = await autocannon({
    url: origin,
    connections,
    duration: seconds,
    setupClient(client) {
      client.setRequests(rounds[next % rounds.length].map(prepared));
      next += 1;
    },
  });
  const { user, system } = process.cpuUsage(before);
  return {
    perSecond: result.requests.average,
    requests: result.requests.total,
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
    maxMs: result.latency.max,
    failed: result.errors + result.timeouts + result.non2xx,
    statuses: result.statusCodeStats,
    cpuSeconds: (user + system) / 1e6,
  };
}

function prepared({ hosts, ...request }) {
  if (hosts === undefined) return request;
  let set = hosts.from;
  let step = 1;
  return {
    ...request,
    setupRequest(prepared) {
      if (set + step > hosts.max || set + step < hosts.from) step = -step;
      set += step;
      return { ...prepared, body: JSON.stringify({ type: hosts.type, hosts: set }) };
    },
  };
}
