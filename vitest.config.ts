import { defineConfig } from 'vitest/config'

if (Number(process.versions.node.split('.')[0]) < 24) {
  throw new Error(
    `Slipway's tests need Node 24, this is ${process.versions.node}. Run "npm test", which carries its own.`,
  )
}

const source = { resolve: { conditions: ['source'] }, ssr: { resolve: { conditions: ['source'] } } }
/** A pure test needs nothing but Node; `.db.test.ts` needs PostgreSQL, which the global set-up starts once. */
const shared = { isolate: false, testTimeout: 20_000, hookTimeout: 60_000 }

export default defineConfig({
  test: {
    projects: [
      {
        ...source,
        test: {
          ...shared,
          name: 'unit',
          include: ['packages/*/src/**/*.test.ts', 'tools/**/*.test.ts'],
          exclude: ['**/*.db.test.ts', '**/node_modules/**'],
        },
      },
      {
        ...source,
        test: {
          ...shared,
          name: 'integration',
          include: ['packages/*/src/**/*.db.test.ts'],
          globalSetup: ['packages/server/src/testing/global-setup.ts'],
        },
      },
      {
        ...source,
        test: {
          ...shared,
          name: 'compat',
          include: ['tests/compat/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 300_000,
        },
      },
      {
        ...source,
        test: {
          ...shared,
          name: 'e2e',
          include: ['tests/{providers,e2e,crash}/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
})
