import { describe, expect, test } from 'vitest'
import { checkCoverage, checkModule } from './layer-rules.ts'
import { readSource } from './source-facts.ts'

function messages(path: string, text: string): readonly string[] {
  return checkModule(readSource(path, text)).map(({ line, message }) => `${line} ${message}`)
}

const server = 'packages/server/src'

describe('refuses', () => {
  test.for([
    [
      'a provider in an operation',
      `${server}/operations/a.ts`,
      `import { submit } from '../providers/cloud-run/submit.ts'`,
      /hold a transaction open/,
    ],
    [
      'the type of a provider in an operation',
      `${server}/operations/a.ts`,
      `import type { Provider } from '../providers/provider.ts'`,
      /hold a transaction open/,
    ],
    [
      'a provider in an operation, by import()',
      `${server}/operations/a.ts`,
      `await import('../providers/registry.ts')`,
      /hold a transaction open/,
    ],
    [
      'a provider in an operation, by re-export',
      `${server}/operations/a.ts`,
      `export * from '../providers/registry.ts'`,
      /hold a transaction open/,
    ],
    [
      'a provider in an operation, by import type',
      `${server}/operations/a.ts`,
      `type A = import('../providers/registry.ts').A`,
      /hold a transaction open/,
    ],
    [
      'EdgeContext in an operation',
      `${server}/operations/a.ts`,
      `import type { EdgeContext } from '../context.ts'`,
      /takes Context/,
    ],
    [
      'the store in a provider',
      `${server}/providers/ecs/submit.ts`,
      `import { a } from '../../store/a.ts'`,
      /behind a network call/,
    ],
    ['the store in domain/', `${server}/domain/a.ts`, `import { a } from '../store/a.ts'`, /from its arguments alone/],
    [
      'the context in domain/',
      `${server}/domain/a.ts`,
      `import type { Context } from '../context.ts'`,
      /from its arguments alone/,
    ],
    ['files in domain/', `${server}/domain/a.ts`, `import { readFileSync } from 'node:fs'`, /from its arguments alone/],
    [
      'chance in domain/',
      `${server}/domain/a.ts`,
      `import { randomUUID } from 'node:crypto'`,
      /from its arguments alone/,
    ],
    ['a package in domain/', `${server}/domain/a.ts`, `import { a } from 'somewhere'`, /from its arguments alone/],
    [
      'services/ in http/',
      `${server}/http/routes/a.ts`,
      `import { a } from '../../services/a.ts'`,
      /only in the database/,
    ],
    ['http/ in services/', `${server}/services/a.ts`, `import { a } from '../http/a.ts'`, /only in the database/],
    ['the vault in http/', `${server}/http/a.ts`, `import { a } from '../vault/vault.ts'`, /only in the database/],
    ['a folder without a rule', `${server}/utils/a.ts`, `import { a } from '../store/a.ts'`, /utils\/ is not in/],
    [
      'testing/ outside tests',
      `${server}/services/a.ts`,
      `import { a } from '../testing/fake-clock.ts'`,
      /by tests only/,
    ],
    ['main.ts anywhere', `${server}/services/a.ts`, `import { a } from '../main.ts'`, /nothing imports it/],
    [
      'putting parts together outside main.ts',
      `${server}/config.ts`,
      `import { a } from './store/a.ts'`,
      /only main.ts/,
    ],
    ['pg outside store/', `${server}/operations/a.ts`, `import pg from 'pg'`, /written in store/],
    ['fastify outside http/', `${server}/operations/a.ts`, `import { fastify } from 'fastify'`, /only http/],
    [
      'a vendor library outside providers/',
      `${server}/services/a.ts`,
      `await import('@googleapis/run')`,
      /from providers/,
    ],
    [
      'a vendor library at start',
      `${server}/providers/cloud-run/a.ts`,
      `import { run } from '@googleapis/run'`,
      /lazily/,
    ],
    [
      'emulators in the server',
      `${server}/services/a.ts`,
      `import { a } from '@slipway/emulators'`,
      /outside its tests/,
    ],
    [
      'the server in an emulator',
      'packages/emulators/src/a.ts',
      `import { a } from '@slipway/server'`,
      /nothing of ours/,
    ],
    [
      'the contract in a test of an emulator',
      'packages/emulators/src/a.test.ts',
      `import type { A } from '@slipway/contract'`,
      /nothing of ours/,
    ],
    [
      'a path out of a workspace',
      'packages/emulators/src/a.ts',
      `import { a } from '../../server/src/main.ts'`,
      /package name/,
    ],
    [
      'values of the contract in the SDK',
      'packages/sdk/src/a.ts',
      `import { a } from '@slipway/contract'`,
      /only types/,
    ],
    [
      'inline types in the SDK, which load the module',
      'packages/sdk/src/a.ts',
      `import { type A } from '@slipway/contract'`,
      /only types/,
    ],
    ['a package in the SDK', 'packages/sdk/src/a.ts', `import { a } from 'somewhere'`, /no dependencies/],
    [
      'values of the contract in the interface',
      'packages/ui/src/a.tsx',
      `import { a } from '@slipway/contract'`,
      /only types/,
    ],
    [
      'a second dependency of the contract',
      'packages/contract/src/a.ts',
      `import { a } from 'node:crypto'`,
      /typebox alone/,
    ],
    [
      'the server in the CLI, at start',
      'packages/cli/src/commands/a.ts',
      `import { a } from '@slipway/server'`,
      /lazily/,
    ],
    ['the environment in the server', `${server}/http/a.ts`, 'const a = process.env.HOME', /config\.ts/],
    ['the environment by name', `${server}/http/a.ts`, `import { env } from 'node:process'`, /config\.ts/],
    ['the environment taken apart', `${server}/http/a.ts`, 'const { env } = process', /config\.ts/],
    ['SQL in an operation', `${server}/operations/a.ts`, 'const a = sql`select 1`', /written in store/],
    ['console in a command', 'packages/cli/src/commands/a.ts', 'console.log(1)', /through render/],
    ['mutable module state', `${server}/http/a.ts`, 'export let count = 0', /module state/],
    [
      'a lint rule off without a reason',
      `${server}/http/a.ts`,
      '// oxlint-disable-next-line no-empty\nconst a = 1',
      /why/,
    ],
  ] as const)('%s', ([, path, text, expected]) => {
    const found = messages(path, text)
    expect(found).toHaveLength(1)
    expect(found[0]).toMatch(expected)
  })
})

describe('allows', () => {
  test.for([
    ['the store in an operation', `${server}/operations/a.ts`, `import { a } from '../store/a.ts'`],
    [
      'what a cloud answered in an operation',
      `${server}/operations/a.ts`,
      `import type { SubmitOutcome } from '../providers/provider.ts'`,
    ],
    ['EdgeContext in a service', `${server}/services/a.ts`, `import type { EdgeContext } from '../context.ts'`],
    [
      'hashes and errors in domain/',
      `${server}/domain/a/b.ts`,
      `import { createHash } from 'node:crypto'\nimport { problem } from '../../errors.ts'`,
    ],
    ['a vendor library when it is needed', `${server}/providers/ecs/a.ts`, `await import('@aws-sdk/client-ecs')`],
    ['all parts in main.ts', `${server}/main.ts`, `import { a } from './store/a.ts'\nimport { b } from './http/b.ts'`],
    ['types of parts in context.ts', `${server}/context.ts`, `import type { Vault } from './vault/vault.ts'`],
    [
      'everything in a test of the server',
      `${server}/services/a.test.ts`,
      `import { a } from '../testing/a.ts'\nlet count = 0\nawait import('@slipway/emulators')`,
    ],
    ['the settings in config.ts', `${server}/config.ts`, 'const a = process.env'],
    ['types of the contract in the SDK', 'packages/sdk/src/a.ts', `import type { A } from '@slipway/contract'`],
    ['the server in the CLI, lazily', 'packages/cli/src/commands/a.ts', `await import('@slipway/server')`],
    [
      'words about the environment',
      `${server}/http/a.ts`,
      `// process.env is read elsewhere\nconst a = "process.env and sql"`,
    ],
    [
      'a lint rule off with a reason',
      `${server}/http/a.ts`,
      '// oxlint-disable-next-line no-empty -- nothing can be done\nconst a = 1',
    ],
  ] as const)('%s', ([, path, text]) => {
    expect(messages(path, text)).toEqual([])
  })
})

test('a violation names its line', () => {
  expect(messages(`${server}/vault/a.ts`, `// one\n// two\nimport { a } from '../store/a.ts'`)).toEqual([
    expect.stringMatching(/^3 imports \.\.\/store\/a\.ts: /),
  ])
})

test('a search that finds too little is not a clean tree', () => {
  const found = checkCoverage(['packages/server/src/domain/a.ts'], 2)
  expect(found).toContain('packages/server/src/store/ holds no module, so nothing was checked there')
  expect(found.at(-1)).toBe('only 1 modules were found, at least 2 were expected')
})

test('a file that does not parse is not a clean one', () => {
  expect(messages('tools/a.ts', 'import {')).toEqual([expect.stringMatching(/^1 does not parse/)])
})
