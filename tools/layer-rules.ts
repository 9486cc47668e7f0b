// The import rules of ARCHITECTURE.md as data. A rule that gets in the way is discussed there first, then changed here.
import { posix } from 'node:path'
import type { Import, SourceFacts } from './source-facts.ts'

export interface Violation {
  readonly path: string
  readonly line: number
  readonly message: string
}

/** Every folder of the server, with the folders it may import besides itself; `root` are the files above them. */
const SERVER_LAYERS: Readonly<Record<string, { readonly may: readonly string[]; readonly because: string }>> = {
  domain: {
    may: [],
    because: 'domain/ decides from its arguments alone, so that every decision can be tested as a table',
  },
  events: { may: ['domain', 'root'], because: 'events/ builds facts; others store and publish them' },
  vault: { may: ['root'], because: 'vault/ seals bytes and knows nothing else, so that keys stay in one place' },
  store: {
    may: ['domain', 'events', 'root'],
    because: 'store/ is the only place with SQL and nothing above it may leak in',
  },
  providers: {
    may: ['domain', 'root'],
    because: 'a provider talks to a cloud; without store/ and operations/ no SQL can hide behind a network call',
  },
  operations: {
    may: ['domain', 'store', 'events', 'vault', 'root'],
    because: 'an operation may hold a transaction open; without providers/ no cloud is called inside one',
  },
  http: {
    may: ['domain', 'store', 'operations', 'events', 'root'],
    because: 'http/ asks operations/ and meets services/ only in the database',
  },
  services: {
    may: ['domain', 'store', 'operations', 'providers', 'events', 'root'],
    because: 'services/ are loops over operations and providers and meet http/ only in the database',
  },
}

/** Pure packages that domain/ may use; everything else in it comes from arguments. */
const PURE_PACKAGES = ['ajv', 'ajv-formats', 're2js', '@huggingface/jinja']
const IMPURE_CRYPTO = /^random|^generate|^webcrypto$|^subtle$|^getRandomValues$/

/** Packages that only some folders of the server may import. */
const HOMES: readonly { readonly names: RegExp; readonly layers: readonly string[]; readonly because: string }[] = [
  {
    names: /^pg$|^sql-template-tag$/,
    layers: ['store'],
    because: 'SQL is written in store/ and nowhere else',
  },
  { names: /^fastify$|^@fastify\/|^ws$/, layers: ['http'], because: 'only http/ speaks HTTP to clients' },
  {
    names: /^@googleapis\/|^google-auth-library$|^@aws-sdk\/|^@azure\/|^dockerode$|^@kubernetes\//,
    layers: ['providers'],
    because: 'a cloud is called from providers/ and nowhere else',
  },
]
const VENDOR = /^@googleapis\/|^google-auth-library$|^@aws-sdk\/|^@azure\/|^dockerode$|^@kubernetes\//

const WORKSPACES: Readonly<Record<string, string>> = {
  '@slipway/contract': 'contract',
  '@slipway/server': 'server',
  '@slipway/sdk': 'sdk',
  '@slipway/emulators': 'emulators',
  '@slipway/ui': 'ui',
  slipway: 'cli',
}

/** What a cloud was told and what it answered is plain data, which all may name; these two can call one. */
const PROVIDER_TYPES = 'packages/server/src/providers/provider.ts'
const PROVIDER_CAPABILITIES = ['Provider', 'Providers']

interface Place {
  /** A workspace, or `tools` or `tests`. */
  readonly workspace: string
  /** In the server: a folder, or `root`. */
  readonly layer: string
  readonly isTest: boolean
}

function placeOf(path: string): Place {
  const isTest = /\.test(-support)?\.tsx?$/.test(path)
  const inWorkspace = /^packages\/([^/]+)\/(?:src\/)?(?:([^/]+)\/)?/.exec(path)
  if (inWorkspace === null) return { workspace: path.split('/')[0] ?? '', layer: 'root', isTest }
  const layer = inWorkspace[2] ?? 'root'
  return { workspace: inWorkspace[1] ?? '', layer, isTest: isTest || layer === 'testing' }
}

/** `@scope/name/deep` and `name/deep` without what comes after the name. */
function packageName(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}

function checkWorkspaceImport(from: Place, to: string, entry: Import): string | null {
  if (from.workspace === to || from.workspace === 'tools' || from.workspace === 'tests') return null
  switch (from.workspace) {
    case 'contract':
      return 'contract imports nothing of ours: it is the bottom of everything'
    case 'emulators':
      return 'an emulator imports nothing of ours: it must not share a mistake with the code that it judges'
    case 'sdk':
    case 'ui':
      if (to === 'contract' && entry.kind === 'type') return null
      return `${from.workspace} takes only types from contract ("import type"): nothing of the server may end up in it`
    case 'cli':
      if (to === 'contract' || to === 'sdk' || entry.kind !== 'static') return null
      return `the CLI loads ${to} lazily (await import): "slipway --help" must not start a server's worth of modules`
    case 'server':
      if (to === 'contract' || (to === 'emulators' && from.isTest)) return null
      return `the server must not know ${to}${to === 'emulators' ? ' outside its tests' : ''}`
    default:
      return `packages/${from.workspace} is not in tools/layer-rules.ts: say there what it may import`
  }
}

function checkPackageImport(from: Place, entry: Import): string | null {
  if (from.isTest) return null
  const name = packageName(entry.specifier)
  const isBuiltin = entry.specifier.startsWith('node:')
  if (from.workspace === 'contract' && name !== 'typebox')
    return 'contract depends on typebox alone: it also runs in browsers'
  if (from.workspace === 'sdk' && !isBuiltin) return 'the SDK has no dependencies: its size is part of every cold start'
  if (from.workspace !== 'server') return null
  if (from.layer === 'domain') {
    const isPureCrypto =
      entry.specifier === 'node:crypto' && !entry.names.some((import_) => IMPURE_CRYPTO.test(import_))
    if (isPureCrypto || PURE_PACKAGES.includes(name)) return null
    return SERVER_LAYERS['domain']?.because ?? ''
  }
  const home = HOMES.find(({ names }) => names.test(name))
  if (home !== undefined && entry.kind !== 'type' && !home.layers.includes(from.layer)) return home.because
  if (VENDOR.test(name) && entry.kind === 'static') {
    return 'vendor libraries are loaded lazily (await import): a server without such a pool never pays for them'
  }
  return null
}

function checkServerImport(from: Place, target: string, entry: Import): string | null {
  if (from.isTest) return null
  const to = placeOf(target)
  const isComposition = target === 'packages/server/src/main.ts'
  if (isComposition) return 'main.ts puts the server together; nothing imports it'
  const mayCallClouds = from.layer === 'http' || from.layer === 'services' || from.layer === 'root'
  if (entry.names.includes('EdgeContext') && !mayCallClouds) {
    return `${from.layer}/ takes Context, not EdgeContext: the providers in it would let a transaction call a cloud`
  }
  if (from.layer === 'root' || from.layer === to.layer) return null
  const rule = SERVER_LAYERS[from.layer]
  if (rule === undefined)
    return `packages/server/src/${from.layer}/ is not in tools/layer-rules.ts: say there what it may import`
  if (target === PROVIDER_TYPES && entry.kind === 'type') {
    const capability = entry.names.find((name) => PROVIDER_CAPABILITIES.includes(name))
    return capability === undefined || rule.may.includes('providers') ? null : rule.because
  }
  // Errors carry no capability, and domain/ has to name them.
  if (from.layer === 'domain' && target === 'packages/server/src/errors.ts') return null
  return rule.may.includes(to.layer) ? null : rule.because
}

/** Root files hold agreements. Only main.ts puts parts together; the others may name parts' types, and one another. */
function checkRootImport(path: string, from: Place, target: string, entry: Import): string | null {
  if (from.layer !== 'root' || from.isTest || path === 'packages/server/src/main.ts') return null
  if (entry.kind === 'type' || placeOf(target).layer === 'root') return null
  return 'only main.ts puts the parts of the server together; other files beside it may import their types'
}

function checkImport(path: string, from: Place, entry: Import): string | null {
  const { specifier } = entry
  if (!specifier.startsWith('.')) {
    const workspace = WORKSPACES[packageName(specifier)]
    return workspace === undefined ? checkPackageImport(from, entry) : checkWorkspaceImport(from, workspace, entry)
  }
  const target = posix.join(posix.dirname(path), specifier)
  if (from.workspace === 'tools' || from.workspace === 'tests' || from.workspace === 'vitest.config.ts') return null
  if (!target.startsWith(`packages/${from.workspace}/`)) {
    return 'another workspace is imported by its package name: a path around it escapes the dependencies in package.json'
  }
  if (!from.isTest && placeOf(target).isTest)
    return 'tests and testing/ are imported by tests only: what they make is not real'
  if (from.workspace !== 'server') return null
  return checkServerImport(from, target, entry) ?? checkRootImport(path, from, target, entry)
}

function checkUses(facts: SourceFacts, from: Place): Violation[] {
  const { path } = facts
  const at = (lines: readonly number[], message: string) => lines.map((line) => ({ path, line, message }))
  const readsEnvironment = ['cli', 'sdk', 'emulators', 'tools', 'tests'].includes(from.workspace) || from.isTest
  const isConfig = path === 'packages/server/src/config.ts'
  const inStore = from.workspace === 'server' && from.layer === 'store'
  return [
    ...(readsEnvironment || isConfig
      ? []
      : at(facts.environment, 'settings come from config.ts, which documents each; nothing else reads process.env')),
    ...(inStore || from.isTest || !path.startsWith('packages/')
      ? []
      : at(facts.sql, 'SQL is written in store/ and nowhere else')),
    ...(from.workspace === 'cli' && !from.isTest && from.layer !== 'render'
      ? at(facts.console, 'the CLI prints through render/: --output json must stay JSON')
      : []),
    ...(from.isTest || !path.startsWith('packages/')
      ? []
      : at(facts.moduleVariables, 'no mutable module state: two servers in one process would share it')),
    ...at(facts.silentDisables, 'a disabled lint rule says why on the same line, after " -- "'),
  ]
}

export function checkModule(facts: SourceFacts): readonly Violation[] {
  if (facts.syntaxError !== null)
    return [{ path: facts.path, line: 1, message: `does not parse: ${facts.syntaxError}` }]
  const from = placeOf(facts.path)
  const imports = facts.imports.flatMap((entry) => {
    const message = checkImport(facts.path, from, entry)
    return message === null
      ? []
      : [{ path: facts.path, line: entry.line, message: `imports ${entry.specifier}: ${message}` }]
  })
  return [...imports, ...checkUses(facts, from)].toSorted((a, b) => a.line - b.line)
}

/** Parts that must hold files: a folder that was renamed or a pattern that matches nothing must not pass as clean. */
export function checkCoverage(paths: readonly string[], least: number): readonly string[] {
  const parts = [
    ...Object.keys(SERVER_LAYERS).map((layer) => `packages/server/src/${layer}/`),
    ...['contract', 'sdk', 'cli', 'emulators'].map((workspace) => `packages/${workspace}/src/`),
    'tools/',
    'tests/',
  ]
  const empty = parts.filter((part) => !paths.some((path) => path.startsWith(part)))
  return [
    ...empty.map((part) => `${part} holds no module, so nothing was checked there`),
    ...(paths.length < least ? [`only ${paths.length} modules were found, at least ${least} were expected`] : []),
  ]
}
