import { defineConfig } from "vitest/config";

// Minutes of faults, kept out of `npm test`: processes killed, connections broken. They run the built
// `dist`, so `npm run build` comes first.
export default defineConfig({
  root: import.meta.dirname,
  resolve: { conditions: ["source"] },
  ssr: { resolve: { conditions: ["source"] } },
  test: {
    include: ["test/faults/**/*.faults.ts"],
    fileParallelism: false,
    testTimeout: 600_000,
    hookTimeout: 60_000,
  },
});
