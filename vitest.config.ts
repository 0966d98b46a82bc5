import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/temporary-folder.ts'],
    // Each test file may run a painting on all cores: files side by side would only slow each other.
    maxWorkers: 2,
    testTimeout: 180_000,
    hookTimeout: 120_000,
    // A browser beside another painting now and then misses a moment that a test waits for.
    retry: 1,
  },
});
