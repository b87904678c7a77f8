import { defineConfig } from "vitest/config";

// The console in a real browser on a real server: `npm run test:browser`.
export default defineConfig({
  test: {
    include: ["packages/console/browser/**/*.browser.ts"],
    globalSetup: ["packages/console/browser/support/server.ts"],
    // One server, whose clock moves: the screens are visited one after the other.
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
