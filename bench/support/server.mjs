/** One Paymaster server process, on a database that is given to it. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { startServer } from "../../packages/server/dist/index.js";
import { runProgram, usageOfProcess } from "./programs.mjs";

await runProgram({
  async start(options) {
    const config = {
      host: "127.0.0.1",
      port: 0,
      world: "empty",
      testClock: null,
      rateLimits: false,
      profile: "2021",
      priceBook: null,
      taxTable: null,
      issuer: null,
      ...options,
    };
    const server = await startServer(config, (line) => {
      if (line.level !== "info") console.error(line.message, line.error ?? "");
    });
    const secrets = JSON.parse(await readFile(join(options.dataDir, "credentials.json"), "utf8"));
    return { server, ready: { origin: server.origin, secrets } };
  },
  answer: () => usageOfProcess(),
  stop: ({ server }) => server.stop(),
});
