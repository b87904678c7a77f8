import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** By name: `time` moves the clock that the others read. */
class ByName extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return [...files].sort((a, b) => (a.moduleId < b.moduleId ? -1 : 1));
  }
}

// The console in a real browser on a real server: `npm run test:browser`.
export default defineConfig({
  test: {
    include: ["packages/console/browser/**/*.browser.ts"],
    globalSetup: ["packages/console/browser/support/server.ts"],
    // One server, whose clock moves: the screens are visited one after the other.
    fileParallelism: false,
    sequence: { sequencer: ByName },
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
