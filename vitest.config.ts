// The unit tests: beside their sources, hermetic, on two workers as the machines of the project have two cores. What needs Chromium is in
// vitest.browser.config.ts.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['packages/*/src/**/*.test.ts', 'bench/**/*.test.ts', 'crash/**/*.test.ts', 'vectors/**/*.test.ts', 'scripts/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**', '**/*.browser.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    // Against a hang only: a bench in its small form has been seen to take a minute on a busy machine.
    testTimeout: 240_000,
    passWithNoTests: false,
  },
});
