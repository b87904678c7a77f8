/** Newman runs the generated Postman collection against a fresh server; each request checks its status. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { makeDataDir, startServer } from "./built-server.mjs";

const NEWMAN = "newman@6.2.2";
const collection = fileURLToPath(new URL("../docs/reference/postman.json", import.meta.url));

const data = await makeDataDir();
let failed = true;
try {
  const server = await startServer(data.dir);
  const { account_id, client_id, client_secret } = server.credentials;
  const variables = {
    origin: server.origin,
    masterAccountId: account_id,
    clientId: client_id,
    clientSecret: client_secret,
  };
  const args = Object.entries(variables).flatMap(([name, value]) => [
    "--env-var",
    `${name}=${value}`,
  ]);
  const code = await new Promise((resolve) => {
    spawn("npx", ["--yes", NEWMAN, "run", collection, "--bail", "folder", ...args], {
      stdio: "inherit",
    }).once("exit", resolve);
  });
  await server.stop();
  failed = code !== 0;
} finally {
  await data.remove();
}
process.exitCode = failed ? 1 : 0;
