import { spawn } from 'node:child_process'
import { dirname } from 'node:path'

export const repositoryRoot = dirname(import.meta.dirname)

export interface CommandOptions {
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
  readonly signal?: AbortSignal
  /** `show` hands our streams on; `capture` keeps both for the caller. */
  readonly output: 'show' | 'capture'
}

export interface CommandResult {
  readonly code: number
  readonly output: string
}

/** Runs a program to its end. An exit code is an answer; only a program that cannot be started at all throws. */
export function runCommand(program: string, args: readonly string[], options: CommandOptions): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: options.cwd ?? repositoryRoot,
      env: options.env ?? process.env,
      stdio: options.output === 'show' ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    const keep = (chunk: Buffer) => {
      output += chunk.toString()
    }
    child.stdout?.on('data', keep)
    child.stderr?.on('data', keep)
    const stop = () => child.kill('SIGTERM')
    options.signal?.addEventListener('abort', stop)
    child.on('error', reject)
    child.on('close', (code) => {
      options.signal?.removeEventListener('abort', stop)
      resolve({ code: code ?? 1, output })
    })
  })
}

/** Whether a program is there and answers `args` with success. */
export async function succeeds(program: string, args: readonly string[]): Promise<boolean> {
  try {
    return (await runCommand(program, args, { output: 'capture' })).code === 0
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false
    throw error
  }
}

/** Something that this machine lacks, in words that say how to get it. */
export interface Missing {
  readonly missing: string
}

/** Installs Debian packages; says why not where that is impossible. */
export async function installDebianPackages(names: readonly string[]): Promise<Missing | null> {
  const wanted = names.join(' ')
  if (!(await succeeds('apt-get', ['--version'])))
    return { missing: `${wanted} (there is no apt-get here to install it)` }
  if (process.getuid?.() !== 0) return { missing: `${wanted} (run "sudo apt-get install ${wanted}")` }
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const update = await runCommand('apt-get', ['update', '-qq'], { output: 'capture', env })
  const args = ['install', '-y', '-qq', '--no-install-recommends', ...names]
  const install = await runCommand('apt-get', args, { output: 'capture', env })
  if (install.code === 0) return null
  process.stderr.write(update.output + install.output)
  return { missing: `${wanted} ("apt-get install ${wanted}" failed, see above)` }
}
