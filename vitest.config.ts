import { defineConfig } from "vitest/config";

// Tests read the packages' TypeScript sources (export condition "source"), so a failing line is the
// line you edit; child processes that a test starts run the built `dist`, as a user would.
export default defineConfig({
  resolve: { conditions: ["source"] },
  ssr: { resolve: { conditions: ["source"] } },
  test: {
    include: ["packages/*/test/**/*.test.ts", "test/**/*.test.ts"],
    sequence: { shuffle: false },
    testTimeout: 20_000,
    hookTimeout: 60_000,
  },
});
