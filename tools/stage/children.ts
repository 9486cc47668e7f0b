// Programs that a tool starts and must not leave behind, whatever becomes of itself.
import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { join } from 'node:path'
import { repositoryRoot } from '../command.ts'

const CLI = join(repositoryRoot, 'packages/cli/src/main.ts')
const START_MS = 90_000
/** A server drains for eight seconds at most. */
const STOP_MS = 12_000
const KEPT_LINES = 500

export interface Child {
  readonly pid: number
  /** What it said when it was ready: one line of JSON. */
  readonly ready: Readonly<Record<string, unknown>>
  /** The last lines of its stderr. */
  readonly lastLines: (count: number) => readonly string[]
  /** When it ends by itself. */
  readonly ended: Promise<number | NodeJS.Signals>
  readonly stop: () => Promise<void>
}

/** Starts `slipway …` and waits until it says that it is ready. */
export async function startSlipway(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  signal?: AbortSignal,
): Promise<Child> {
  signal?.throwIfAborted()
  // A group of its own, so that Ctrl-C reaches only the tool, which stops its children in order; the pipe to its stdin
  // ends with the tool, however that dies, and the child with the pipe.
  const child = spawn(process.execPath, ['--conditions=source', CLI, ...args, '--json', '--stop-with-stdin'], {
    env: { ...neutralEnvironment(process.env), ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  })
  // Writing to a child that is gone is no news: `ended` tells.
  child.stdin.on('error', () => undefined)
  const lines: string[] = []
  createInterface({ input: child.stderr }).on('line', (line) => {
    lines.push(line)
    if (lines.length > KEPT_LINES * 2) lines.splice(0, KEPT_LINES)
  })
  const ended = new Promise<number | NodeJS.Signals>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, killer) => resolve(code ?? killer ?? 1))
  })
  const lastLines = (count: number) => lines.slice(-count)
  const stop = () => stopChild(child, ended)
  try {
    const ready = await firstLine(child, ended, { name: args.slice(0, 2).join(' '), lastLines, signal })
    return { pid: child.pid ?? 0, ready: JSON.parse(ready) as Record<string, unknown>, lastLines, ended, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function firstLine(
  child: ChildProcess,
  ended: Promise<unknown>,
  { name, lastLines, signal }: { name: string; lastLines: Child['lastLines']; signal: AbortSignal | undefined },
): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const fail = (why: string) => reject(new Error([`slipway ${name} ${why}`, ...lastLines(20)].join('\n  ')))
  const timer = setTimeout(() => fail(`did not say within ${START_MS / 1_000} s that it is ready`), START_MS)
  const interrupt = () => reject(new Error('Interrupted'))
  signal?.addEventListener('abort', interrupt)
  if (child.stdout !== null) createInterface({ input: child.stdout }).once('line', resolve)
  ended.then(
    (how) => fail(`ended (${String(how)}) before it was ready`),
    (error: unknown) => fail(`cannot be started: ${String(error)}`),
  )
  try {
    return await promise
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', interrupt)
  }
}

/** Asks first, then kills; returns when the process is gone. */
async function stopChild(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  child.stdin?.end()
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
  await ended.catch(() => undefined) // it never started; whoever started it was told
  clearTimeout(timer)
}

/** The caller's environment without what configures Slipway or a client of it. */
export function neutralEnvironment(env: NodeJS.ProcessEnv): Record<string, string> {
  const kept = Object.entries(env).filter(([name]) => !/^(SLIPWAY|PREFECT)_/i.test(name))
  return Object.fromEntries(kept.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))
}
