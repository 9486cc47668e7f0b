/** Runs real containers through the command line of podman or docker, which both take the same words. */
import { execFile, spawn } from 'node:child_process'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { ContainerEnd, ContainerEngine, ContainerSpec } from './engine.ts'
import { readLines } from './process-runner.ts'

const run = promisify(execFile)
const LABEL = 'slipway-emulator'

/** Refuses, with the reason, an engine that does not work here. */
export async function createContainerEngine(binary: 'podman' | 'docker', workDir: string): Promise<ContainerEngine> {
  try {
    await run(binary, ['info'], { timeout: 30_000 })
  } catch (error) {
    const why = errorOutput(error).split('\n').at(-1) ?? ''
    throw new Error(`The engine ${binary} does not work here: ${why}. Start it, or use --engine process.`, {
      cause: error,
    })
  }
  await mkdir(workDir, { recursive: true, mode: 0o700 })

  return {
    name: binary,
    async start(spec) {
      const name = `${LABEL}-${spec.id}`
      const envFile = join(workDir, `${spec.id}.env`)
      const [plain, multiline] = splitEnv(spec.env)
      // A file, because arguments are visible to every user of the machine; it cannot hold line breaks, though.
      await writeFile(envFile, plain.map(([key, value]) => `${key}=${value}\n`).join(''), { mode: 0o600 })
      const [entrypoint, ...words] = spec.command
      const args = ['create', '--name', name, '--label', LABEL, '--network', 'host', '--env-file', envFile]
      for (const [key, value] of multiline) args.push('--env', `${key}=${value}`)
      if (spec.working_dir !== null) args.push('--workdir', spec.working_dir)
      if (entrypoint !== undefined) args.push('--entrypoint', entrypoint)
      const problem = await create(binary, [...args, spec.image, ...words, ...spec.args])
      await rm(envFile, { force: true })
      if (problem !== null) return { problem }
      const child = spawn(binary, ['start', '--attach', name], { stdio: ['ignore', 'pipe', 'pipe'] })
      readLines(child.stdout, (line) => spec.onLine('stdout', line))
      readLines(child.stderr, (line) => spec.onLine('stderr', line))
      const closed = new Promise<ContainerEnd>((resolve) => {
        child.once('error', (error) => resolve({ exit_code: null, term_signal: null, problem: error.message }))
        child.once('close', (code) => resolve(endOf(code)))
      })
      const ended = closed.then(async (end) => {
        await remove(binary, name)
        return end
      })
      return {
        handle: name,
        ended,
        stop: (graceMs) => ask(binary, ['stop', '-t', String(Math.ceil(graceMs / 1_000)), name]),
        kill: () => ask(binary, ['kill', name]),
      }
    },
    recover: (handle) => remove(binary, handle),
  }
}

/** Null when the container is there; else why it is not, in the words of the engine. */
async function create(binary: string, args: readonly string[]): Promise<string | null> {
  try {
    await run(binary, args)
    return null
  } catch (error) {
    const lines = errorOutput(error).split('\n')
    return lines.find((line) => /error/i.test(line)) ?? lines[0] ?? 'The container could not be created.'
  }
}

function errorOutput(error: unknown): string {
  const output = error instanceof Error && 'stderr' in error ? error.stderr : undefined
  return typeof output === 'string' && output.trim() !== '' ? output.trim() : String(error)
}

/** A container's end by a signal is reported as 128 + its number. */
function endOf(code: number | null): ContainerEnd {
  return code !== null && code > 128
    ? { exit_code: null, term_signal: code - 128 }
    : { exit_code: code, term_signal: null }
}

function splitEnv(
  env: ContainerSpec['env'],
): readonly [readonly (readonly [string, string])[], readonly (readonly [string, string])[]] {
  const all = Object.entries(env)
  return [all.filter(([, value]) => !/[\r\n]/.test(value)), all.filter(([, value]) => /[\r\n]/.test(value))]
}

/** A container that has ended meanwhile is what was wanted, so a failure says nothing. */
function ask(binary: string, args: readonly string[]): void {
  execFile(binary, args, () => undefined)
}

async function remove(binary: string, name: string): Promise<void> {
  await new Promise<void>((resolve) => {
    execFile(binary, ['rm', '--force', name], () => resolve())
  })
}
