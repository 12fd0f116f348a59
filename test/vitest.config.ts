import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/support/fastcheck.ts'],
    // Nothing may depend on where it runs.
    env: { TZ: 'UTC' },
    // Whole simulations run in some tests, on whatever machine this is.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
