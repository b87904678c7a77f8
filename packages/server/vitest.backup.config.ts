import { defineConfig } from "vitest/config";

// The backup and restore guide, tried on the built server: `npm run test:backup`.
export default defineConfig({
  root: import.meta.dirname,
  resolve: { conditions: ["source"] },
  ssr: { resolve: { conditions: ["source"] } },
  test: { include: ["test/backup/**/*.backup.ts"], testTimeout: 300_000, hookTimeout: 60_000 },
});
