import { defineConfig } from 'vitest/config';

/** Tests in a browser. The packed package's tests retry only their part in one. */
const BROWSER = 'test/studio/**/*.test.ts';
const patience = { testTimeout: 180_000, hookTimeout: 120_000 };
/** What is looked for again and again may come late on a busy machine. */
const expectation = { poll: { timeout: 60_000 } };

export default defineConfig({
  test: {
    globalSetup: ['test/support/temporary-folder.ts'],
    // Each test file may run a painting on all cores: files side by side would only slow each other.
    maxWorkers: 2,
    projects: [
      { test: { ...patience, name: 'node', include: ['test/**/*.test.ts'], exclude: [BROWSER] } },
      // A browser beside another painting now and then misses a moment that a test waits for.
      { test: { ...patience, name: 'browser', include: [BROWSER], retry: 1, expect: expectation } },
    ],
  },
});
