import { defineConfig } from "vitest/config";

// Tests read the packages' TypeScript sources (export condition "source"), so a failing line is the
// line you edit; child processes that a test starts run the built `dist`, as a user would.
export default defineConfig({
  resolve: { conditions: ["source"] },
  ssr: { resolve: { conditions: ["source"] } },
  test: {
    include: ["packages/*/test/**/*.test.ts", "test/**/*.test.ts"],
    sequence: { shuffle: false },
    // On two cores Vitest would take one worker; the tests wait for PostgreSQL often enough for two.
    maxWorkers: 2,
    // Nothing here is timed: a busy machine must not fail a test that starts processes.
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
