/**
 * Runs a container's command as a process group of this machine, with the declared environment, PATH and HOME only.
 * When the first process ends the rest of its group is killed, as a container's processes are when its first one ends.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdir, rm, stat } from 'node:fs/promises'
import { constants } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import type { ContainerEnd, ContainerEngine, ContainerSpec, RunningContainer } from './engine.ts'

const MAX_LINE_CHARS = 16_384
/** How long output is awaited after the end: a grandchild that left the group may hold the pipe for ever. */
const DRAIN_MS = 1_000

export function createProcessEngine(options: { readonly path: string; readonly workDir: string }): ContainerEngine {
  return {
    name: 'process',
    async start(spec) {
      const [file, ...args] = [...spec.command, ...spec.args]
      if (file === undefined || spec.command.length === 0) {
        return {
          problem: `The container has no command in this emulator: it runs no images, so set "command" (image ${spec.image}).`,
        }
      }
      const home = join(options.workDir, spec.id)
      await mkdir(home, { recursive: true, mode: 0o700 })
      const cwd = spec.working_dir ?? home
      if (!(await isDirectory(cwd))) {
        await removeFolder(home)
        return { problem: `The working directory ${cwd} does not exist: this emulator runs no images.` }
      }
      const env = { PATH: options.path, HOME: home, ...spec.env }
      const child = spawn(file, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
      const running = await follow(child, spec)
      if (typeof running === 'string') {
        await removeFolder(home)
        return { problem: running }
      }
      const ended = running.ended.then(async (end) => {
        await removeFolder(home)
        return end
      })
      return { ...running, ended }
    },
    async recover(handle) {
      const [pid, identity] = handle.split(':')
      if (identity !== undefined && identity !== '' && identity === startTicks(Number(pid)))
        signalGroup(Number(pid), 'SIGKILL')
    },
  }
}

/** The running process, or why it did not start. */
async function follow(child: ChildProcess, spec: ContainerSpec): Promise<RunningContainer | string> {
  const started = await new Promise<string | null>((resolve) => {
    child.once('spawn', () => resolve(null))
    child.once('error', (error) => resolve(describeSpawnError(error, spec)))
  })
  const pid = child.pid
  if (started !== null || pid === undefined) return started ?? 'The process did not start.'
  if (child.stdout !== null) readLines(child.stdout, (line) => spec.onLine('stdout', line))
  if (child.stderr !== null) readLines(child.stderr, (line) => spec.onLine('stderr', line))

  let hasEnded = false
  let killTimer: NodeJS.Timeout | undefined
  const ended = new Promise<ContainerEnd>((resolve) => {
    let end: ContainerEnd = { exit_code: null, term_signal: null }
    let drainTimer: NodeJS.Timeout | undefined
    child.once('exit', (code, signal) => {
      hasEnded = true
      clearTimeout(killTimer)
      signalGroup(pid, 'SIGKILL')
      end = { exit_code: code, term_signal: signal === null ? null : constants.signals[signal] }
      drainTimer = setTimeout(() => {
        child.stdout?.destroy()
        child.stderr?.destroy()
      }, DRAIN_MS)
    })
    child.once('close', () => {
      clearTimeout(drainTimer)
      resolve(end)
    })
  })
  const send = (signal: NodeJS.Signals): void => {
    if (!hasEnded) signalGroup(pid, signal)
  }
  return {
    handle: `${pid}:${startTicks(pid) ?? ''}`,
    ended,
    stop(graceMs) {
      send('SIGTERM')
      killTimer ??= setTimeout(() => send('SIGKILL'), graceMs)
    },
    kill: () => send('SIGKILL'),
  }
}

function describeSpawnError(error: NodeJS.ErrnoException, spec: ContainerSpec): string {
  const command = spec.command[0] ?? ''
  if (error.code === 'ENOENT') return `The command ${JSON.stringify(command)} was not found on the emulator's PATH.`
  return `The command ${JSON.stringify(command)} could not be started: ${error.code ?? error.message}.`
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal)
  } catch (error) {
    // The group is gone, which is what the signal was for; macOS says EPERM when only zombies are left of it.
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code !== 'ESRCH' && code !== 'EPERM') throw error
  }
}

/** Tells a process from a later one with the same number: its start time, where the system says it. */
function startTicks(pid: number): string | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? null
  } catch {
    return null // no such process, or a system without /proc; either way its identity is unknown
  }
}

/** A container may have made its folder unreadable; then it stays, and nothing else depends on it. */
async function removeFolder(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined)
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory()
  } catch {
    return false // absent or unreadable: not a directory that a process could start in
  }
}

/** Lines of a stream; a line longer than the limit is cut, its rest dropped. */
export function readLines(stream: Readable, onLine: (line: string) => void): void {
  let rest = ''
  stream.setEncoding('utf8')
  stream.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n')
    rest = (lines.pop() ?? '').slice(0, MAX_LINE_CHARS)
    for (const line of lines) onLine(line.slice(0, MAX_LINE_CHARS).replace(/\r$/, ''))
  })
  stream.on('end', () => {
    if (rest !== '') onLine(rest)
  })
}
