import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/services/global-setup.ts'],
    // Real servers and services are slower on a busy machine than a unit is.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Each file has a process of its own: telltale touches what a process has only one of.
    pool: 'forks',
    coverage: { include: ['src/**'], reporter: ['text-summary', 'lcovonly'] },
  },
});
