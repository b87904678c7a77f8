// A process that makes calls under a shared quota file: node quota-worker.mjs <json>
// {modules, path, baseUrl, calls, tool, accountId, exitAfter}; says how many of each status it got.
const options = JSON.parse(process.argv[2]);
const { bearerToken, createClient, createQuotaPlanner } = await import(options.client);
const { fileQuotaStore } = await import(options.node);

const statuses = {};
const quota = createQuotaPlanner({ store: fileQuotaStore({ path: options.path }) });
const client = createClient({
  baseUrl: options.baseUrl,
  authentication: bearerToken(options.token ?? "t"),
  quota,
  hooks: {
    onResponse({ status }) {
      statuses[status] = (statuses[status] ?? 0) + 1;
      const total = Object.values(statuses).reduce((sum, count) => sum + count, 0);
      if (total === options.killAfter) process.kill(process.pid, "SIGKILL");
    },
  },
});
const calls = Array.from({ length: options.calls }, () =>
  client.request(options.tool, { accountId: options.accountId }, { maxWaitMs: 120_000 }),
);
const failures = (await Promise.allSettled(calls)).filter(({ status }) => status === "rejected");
await quota.close();
console.log(JSON.stringify({ statuses, failures: failures.map(({ reason }) => String(reason)) }));
