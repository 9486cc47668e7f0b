// The Python side of the compatibility tests: an unmodified Prefect client in a folder of the project that git ignores.
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Missing, installDebianPackages, repositoryRoot, runCommand, succeeds } from './command.ts'

export interface Python {
  readonly python: string
  /** The folder with `python` and `prefect`, to put first on PATH. */
  readonly bin: string
}

const REQUIREMENTS = join(repositoryRoot, 'tests', 'requirements.txt')
const CONSTRAINTS = join(repositoryRoot, 'tests', 'constraints.txt')
const CANDIDATES = ['python3', 'python3.13', 'python3.12', 'python3.11', 'python3.10', 'python']
const SUITABLE = 'import sys, ensurepip, venv; sys.exit(not ((3, 10) <= sys.version_info[:2] <= (3, 14)))'

async function findPython(): Promise<string | null> {
  for (const name of CANDIDATES) {
    if (await succeeds(name, ['-c', SUITABLE])) return name
  }
  return null
}

/** A virtual environment with what tests/requirements.txt and constraints.txt pin; kept until they change. */
export async function preparePython(): Promise<Python | Missing> {
  const home = join(repositoryRoot, '.venv')
  const bin = join(home, process.platform === 'win32' ? 'Scripts' : 'bin')
  const python = join(bin, 'python')
  const stampFile = join(home, 'slipway-stamp')
  const stamp = createHash('sha256')
    .update(home)
    .update(readFileSync(REQUIREMENTS))
    .update(readFileSync(CONSTRAINTS))
    .digest('hex')
  const made = existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp
  if (made && (await succeeds(python, ['-c', 'import prefect']))) return { python, bin }

  let base = await findPython()
  if (base === null) {
    const failure = await installDebianPackages(['python3', 'python3-venv'])
    base = failure === null ? await findPython() : null
    const debian = failure === null ? 'installed Debian packages did not help' : failure.missing
    if (base === null) return { missing: `Python 3.10 to 3.14 with its venv module: ${debian}` }
  }
  console.log('Installing the Prefect client into .venv (once; about a minute)')
  rmSync(home, { recursive: true, force: true })
  const pins = (await succeeds(base, ['-c', 'import sys; sys.exit(sys.version_info < (3, 11))']))
    ? ['-c', CONSTRAINTS]
    : []
  const pip = [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--no-input',
    '--disable-pip-version-check',
    '-r',
    REQUIREMENTS,
    ...pins,
  ]
  for (const [program, args] of [
    [base, ['-m', 'venv', home]],
    [python, pip],
  ] as const) {
    const result = await runCommand(program, args, { output: 'capture' })
    if (result.code !== 0) {
      process.stderr.write(result.output)
      return { missing: `the packages of tests/requirements.txt ("${program} ${args.join(' ')}" failed, see above)` }
    }
  }
  writeFileSync(stampFile, stamp)
  return { python, bin }
}
