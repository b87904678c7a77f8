#!/usr/bin/env node
// Checked in (not built) so that npm can link the command before the first build.
try {
  await import("../dist/main.js");
} catch (error) {
  if (error?.code !== "ERR_MODULE_NOT_FOUND" || !String(error.message).includes("dist/main.js")) {
    throw error;
  }
  console.error("paymaster is not built yet: run `npm run build` in the repository first.");
  process.exitCode = 1;
}
