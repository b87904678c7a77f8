/** One Paymaster server process, on a database that is given to it. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createLogger, readConfig, startServer } from "../../packages/server/dist/index.js";
import { runProgram, usageOfProcess } from "./programs.mjs";

await runProgram({
  async start(options) {
    const { databaseUrl, dataDir, rateLimits = false, requestLog = "off" } = options;
    const limits = ["--rate-limits", rateLimits ? "on" : "off"];
    const config = readConfig(["--empty", "--port", "0", "--data-dir", dataDir, ...limits], {
      DATABASE_URL: databaseUrl,
      PAYMASTER_REQUEST_LOG: requestLog,
    });
    const server = await startServer(
      config,
      requestLog === "off" ? logTrouble : toStandardOutput(),
    );
    const secrets = JSON.parse(await readFile(join(dataDir, "credentials.json"), "utf8"));
    return { server, ready: { origin: server.origin, secrets } };
  },
  answer: () => usageOfProcess(),
  stop: ({ server }) => server.stop(),
});

function logTrouble(line) {
  if (line.level !== "info") console.error(line.message, line.error ?? "");
}

/** As a server in production does. */
function toStandardOutput() {
  return createLogger("json").log;
}
