import { defineConfig } from "vitest/config";

// Minutes of requests against the built server: `npm run test:fuzz`.
export default defineConfig({
  root: import.meta.dirname,
  resolve: { conditions: ["source"] },
  ssr: { resolve: { conditions: ["source"] } },
  test: {
    include: ["test/fuzz/**/*.fuzz.ts"],
    fileParallelism: false,
    bail: 1,
    hookTimeout: 120_000,
  },
});
