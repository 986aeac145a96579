import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    typecheck: { enabled: false },
    // Tests mostly wait for processes that they start: fewer would leave a small machine idle.
    maxWorkers: Math.max(3, availableParallelism() - 1),
  },
})
