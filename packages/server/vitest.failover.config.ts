import { defineConfig } from "vitest/config";

// Needs Debian's packages patroni, etcd-server and postgresql-15; runs the built `dist`.
export default defineConfig({
  root: import.meta.dirname,
  resolve: { conditions: ["source"] },
  ssr: { resolve: { conditions: ["source"] } },
  test: {
    include: ["test/failover/**/*.failover.ts"],
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});
