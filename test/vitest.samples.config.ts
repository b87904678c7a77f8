import { defineConfig } from "vitest/config";

// Every sample in Go, Java, PHP and Ruby is compiled and run by itself: a minute or two.
export default defineConfig({
  root: import.meta.dirname,
  resolve: { conditions: ["source"] },
  ssr: { resolve: { conditions: ["source"] } },
  test: {
    include: ["samples/*.samples.ts"],
    reporters: ["verbose"],
    testTimeout: 600_000,
    hookTimeout: 120_000,
  },
});
