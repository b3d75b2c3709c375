import { defineConfig } from 'vitest/config'

/** Proofs and simulations: they load both cores by themselves, and some of them measure. */
const PROOFS = ['test/integration/proof-*.test.ts', 'test/integration/simulat*.test.ts']
const ON_POSTGRES = {
  globalSetup: ['test/support/postgres.ts'],
  testTimeout: 30_000,
  hookTimeout: 60_000,
}

/** One group of tests after the other, each with as many files at once as suits two cores. */
export default defineConfig({
  test: {
    projects: [
      // They leave nothing behind, so a worker loads what they share only once.
      {
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          isolate: false,
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      // Many of them wait for a second to pass: meanwhile another file has its turn.
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          exclude: PROOFS,
          ...ON_POSTGRES,
          maxWorkers: 4,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'proofs',
          include: PROOFS,
          ...ON_POSTGRES,
          maxWorkers: 2,
          // Of tests that say that they may run at once: each of them has a server of its own.
          maxConcurrency: 3,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
})
