import { cpus } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { repositoryRoot, runCommand } from './command.ts'
import { type Counts, NOTHING, add } from './counts.ts'

interface Check {
  readonly name: string
  readonly program: string
  readonly args: readonly string[]
}

const SOURCES = ['packages', 'tests', 'tools', 'examples', 'vitest.config.ts']

function installed(name: string): string {
  return join(repositoryRoot, 'node_modules', '.bin', name)
}

function script(path: string, ...args: readonly string[]): Pick<Check, 'program' | 'args'> {
  return { program: process.execPath, args: ['--conditions=source', path, ...args] }
}

const STRICTLY = 'files,dependencies,unlisted,unresolved'

/** The slow ones first, so that the last to finish is short. */
const CHECKS: readonly Check[] = [
  { name: 'generated files are up to date', ...script('tools/generate.ts', '--check') },
  { name: 'types', program: installed('tsc'), args: ['-b'] },
  {
    name: 'lint',
    program: installed('oxlint'),
    args: ['--type-aware', '--deny-warnings', '--report-unused-disable-directives', ...SOURCES],
  },
  { name: 'dead code', program: installed('knip'), args: ['--no-config-hints'] },
  // What ships, without the tests: a file that only tests use, or a package that only a neighbour depends on.
  {
    name: 'undeclared dependencies',
    program: installed('knip'),
    args: ['--strict', '--no-config-hints', '--include', STRICTLY],
  },
  { name: 'layers', ...script('tools/check-layers.ts') },
  { name: 'format', program: installed('oxfmt'), args: ['--check', ...SOURCES] },
]

/** All checks run even when one fails: a developer wants to see everything that is wrong. */
export async function runStaticChecks(signal: AbortSignal): Promise<Counts> {
  const waiting = [...CHECKS]
  let counts = NOTHING
  const lane = async () => {
    for (let check = waiting.shift(); check !== undefined && !signal.aborted; check = waiting.shift()) {
      const started = performance.now()
      const { code, output } = await runCommand(check.program, check.args, { output: 'capture', signal })
      const seconds = ((performance.now() - started) / 1000).toFixed(1)
      counts = add(counts, code === 0 ? { passed: 1 } : { failed: 1 })
      console.log(`  ${code === 0 ? '✓' : '✗'} ${check.name} (${seconds} s)`)
      if (code !== 0) console.log(output.trimEnd())
    }
  }
  await Promise.all(Array.from({ length: Math.min(2, cpus().length) }, lane))
  return counts
}
