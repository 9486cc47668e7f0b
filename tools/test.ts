// npm test [-- STAGE… PATH… -OPTION…]
// Runs the stages in order and stops after the first that fails; without a stage all of them, with a path only the tests
// whose file names contain it. The last line is "N passed, N failed, N skipped". With CI=true a skip is a failure.
import { mkdirSync, rmSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { repositoryRoot, runCommand } from './command.ts'
import { type Counts, NOTHING, add, closingLine } from './counts.ts'
import { startPostgres15 } from './postgres15.ts'
import { type Python, preparePython } from './python.ts'
import { readReport } from './reporter.ts'
import { runStaticChecks } from './static-checks.ts'

interface Run {
  /** Paths and options for vitest. */
  readonly filters: readonly string[]
  readonly isCi: boolean
  readonly signal: AbortSignal
}

interface Stage {
  readonly name: string
  readonly title: string
  run(run: Run): Promise<Counts>
}

interface VitestStage {
  readonly project: string
  readonly report: string
  readonly only?: string
  readonly env?: Readonly<Record<string, string>>
}

async function runVitest(run: Run, { project, report, only, env = {} }: VitestStage): Promise<Counts> {
  const file = join(repositoryRoot, '.cache', 'test', `${report}.json`)
  mkdirSync(join(repositoryRoot, '.cache', 'test'), { recursive: true })
  rmSync(file, { force: true })
  const vitest = join(repositoryRoot, 'node_modules', 'vitest', 'vitest.mjs')
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
  // Paths narrow each other only when the stage itself has one: vitest runs a file that matches any of them.
  const paths = only === undefined ? run.filters : [only, ...run.filters.filter((filter) => filter.startsWith('-'))]
  const { code } = await runCommand(process.execPath, [vitest, 'run', '--project', project, ...reporters, ...paths], {
    output: 'show',
    env: { ...process.env, ...env },
    signal: run.signal,
  })
  const { counts, files, skippedNames } = readReport(file, code)
  for (const name of skippedNames) console.log(`SKIPPED: ${name}`)
  if (files > 0 || counts.failed > 0) return counts
  if (run.filters.length > 0) return NOTHING
  return without(run, `there is no test file for project "${project}"`)
}

/** Tests that cannot run here: said loudly, and a failure where nobody would read it. */
function without(run: Run, reason: string): Counts {
  console.log(`SKIPPED: ${reason}`)
  return add(NOTHING, run.isCi ? { failed: 1 } : { skipped: 1 })
}

/** Without a Python, tests that ask for SLIPWAY_TEST_PYTHON skip themselves; the others still run. */
async function runEndToEnd(run: Run): Promise<Counts> {
  const python = await preparePython()
  const stage = { project: 'e2e', report: 'e2e' }
  if (!('missing' in python)) return runVitest(run, { ...stage, env: pythonEnvironment(python) })
  return add(without(run, `some end-to-end tests need ${python.missing}`), await runVitest(run, stage))
}

async function runCompatibility(run: Run): Promise<Counts> {
  const python = await preparePython()
  if ('missing' in python) return without(run, `the compatibility tests need ${python.missing}`)
  return runVitest(run, { project: 'compat', report: 'compat', env: pythonEnvironment(python) })
}

function pythonEnvironment({ python, bin }: Python): Readonly<Record<string, string>> {
  return { SLIPWAY_TEST_PYTHON: python, PATH: [bin, process.env['PATH'] ?? ''].join(delimiter) }
}

const STAGES: readonly Stage[] = [
  { name: 'static', title: 'Static checks', run: (run) => runStaticChecks(run.signal) },
  { name: 'unit', title: 'Unit tests', run: (run) => runVitest(run, { project: 'unit', report: 'unit' }) },
  {
    name: 'integration',
    title: 'Integration tests on the embedded PostgreSQL 18',
    run: (run) => runVitest(run, { project: 'integration', report: 'integration' }),
  },
  {
    name: 'postgres15',
    title: 'The store once more, on PostgreSQL 15',
    async run(run) {
      const postgres = await startPostgres15()
      if ('missing' in postgres) return without(run, `the store on PostgreSQL 15 needs ${postgres.missing}`)
      try {
        const env = { SLIPWAY_TEST_DATABASE_URL: postgres.url }
        const only = 'packages/server/src/store/'
        return await runVitest(run, { project: 'integration', report: 'postgres15', only, env })
      } finally {
        await postgres.stop()
      }
    },
  },
  { name: 'compat', title: 'Compatibility with the unmodified Prefect client', run: runCompatibility },
  { name: 'e2e', title: 'End-to-end tests', run: runEndToEnd },
]

function secondsSince(started: number): string {
  return ((performance.now() - started) / 1000).toFixed(1)
}

async function main(args: readonly string[]): Promise<void> {
  const stopping = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stopping.abort())

  const isStage = (arg: string) => STAGES.some(({ name }) => name === arg)
  const filters = args.filter((arg) => !isStage(arg))
  const named = args.some(isStage)
  // A path means vitest's files: the static checks look at everything anyway.
  const stages = STAGES.filter(({ name }) => (named ? args.includes(name) : name !== 'static' || filters.length === 0))
  const run: Run = { filters, isCi: process.env['CI'] === 'true', signal: stopping.signal }

  const started = performance.now()
  let total = NOTHING
  for (const stage of stages) {
    console.log(`\n── ${stage.title} ──`)
    const stageStarted = performance.now()
    const counts = await stage.run(run)
    total = add(total, counts)
    const isFine = counts.failed === 0 && (counts.skipped === 0 || !run.isCi)
    const verdict = isFine ? 'ok' : counts.failed === 0 ? 'failed: in CI nothing may be skipped' : 'failed'
    console.log(`${stage.name} ${verdict} in ${secondsSince(stageStarted)} s`)
    if (!isFine) process.exitCode = 1
    if (!isFine || stopping.signal.aborted) break
  }
  if (stopping.signal.aborted) {
    console.log('Interrupted')
    process.exitCode = 130
  }
  if (total.passed + total.failed + total.skipped === 0) {
    console.log(`No test matches ${filters.join(' ')}`)
    process.exitCode = 1
  }
  console.log(`\nAll of it took ${secondsSince(started)} s`)
  console.log(closingLine(total))
}

await main(process.argv.slice(2))
