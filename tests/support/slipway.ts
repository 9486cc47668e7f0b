import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join, resolve } from 'node:path'
import { within } from './eventually.ts'

const CLI = resolve(import.meta.dirname, '../../packages/cli/src/main.ts')
const START_MS = 60_000
/** A server drains and exits within ten seconds; the rest is for a busy machine. */
const STOP_MS = 15_000
const KEPT_LINES = 200
const SHOWN_LINES = 40

export interface SlipwayOptions {
  readonly dataDir: string
  readonly port: number
  /** By name of the setting: `{ observe_interval_seconds: 1 }`. */
  readonly settings?: Readonly<Record<string, string | number>>
  readonly env?: Readonly<Record<string, string>>
  /** Another main program than the command line, for example one that kills itself; it gets a channel for messages. */
  readonly script?: string
}

export interface Slipway {
  readonly url: string
  /** `url` with /api. */
  readonly apiUrl: string
  readonly dataDir: string
  readonly port: number
  readonly pid: number
  readonly child: ChildProcess
  /** How it ended: an exit code or a signal. */
  readonly exited: Promise<number | NodeJS.Signals>
  /** SIGTERM; fails when it is not gone in time. Resolves with the exit code. */
  stop(): Promise<number | NodeJS.Signals>
  /** SIGKILL; its PostgreSQL lives on. */
  kill(): Promise<void>
  /** The last lines that it wrote. */
  log(): string
}

/** Starts a real server process and waits until it says that it listens. */
export async function startSlipway(options: SlipwayOptions): Promise<Slipway> {
  const { child, lines, exited } = spawnSlipway(options)
  const log = () => lines.slice(-SHOWN_LINES).join('\n')
  const ended = exited.then((how) => {
    throw new Error(`The server ended (${how}) before it listened:\n${log()}`)
  })
  const url = `http://127.0.0.1:${options.port}`
  const listening = new Promise<void>((settle) => {
    child.stdout?.on('data', () => {
      if (lines.some((line) => line.includes(url))) settle()
    })
  })
  await within(START_MS, `the server to listen on ${url}`, Promise.race([listening, ended])).catch((error: unknown) => {
    child.kill('SIGKILL')
    throw new Error(`${String(error)}\n${log()}`, { cause: error })
  })
  ended.catch(() => undefined) // from now on an end is no failed start
  return {
    url,
    apiUrl: `${url}/api`,
    dataDir: options.dataDir,
    port: options.port,
    pid: child.pid ?? 0,
    child,
    exited,
    async stop() {
      child.kill('SIGTERM')
      return await within(STOP_MS, `the server to stop:\n${log()}`, exited).catch((error: unknown) => {
        child.kill('SIGKILL')
        throw error
      })
    },
    async kill() {
      child.kill('SIGKILL')
      await within(STOP_MS, 'a killed server to be gone', exited)
    },
    log,
  }
}

export interface EndedSlipway {
  readonly code: number | NodeJS.Signals
  readonly stdout: string
  readonly stderr: string
}

/** Runs the command line to its end; for starts that are refused, and for commands. */
export async function runSlipway(
  args: readonly string[],
  { env = {}, cwd = process.cwd() }: { readonly env?: Readonly<Record<string, string>>; readonly cwd?: string } = {},
): Promise<EndedSlipway> {
  const child = spawn(process.execPath, ['--conditions=source', CLI, ...args], {
    cwd,
    env: { ...bareEnvironment(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const closed = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals)
  const code = await within(START_MS, `"slipway ${args.join(' ')}" to end`, closed).catch((error: unknown) => {
    child.kill('SIGKILL')
    throw new Error(`${String(error)}\n${stdout}${stderr}`, { cause: error })
  })
  return { code, stdout, stderr }
}

function spawnSlipway({ dataDir, port, settings = {}, env = {}, script }: SlipwayOptions) {
  const given = Object.entries(settings).map(([name, value]) => [`SLIPWAY_${name.toUpperCase()}`, String(value)])
  const program = script === undefined ? [CLI, 'server', 'start', '--stop-with-stdin'] : [script]
  const child = spawn(process.execPath, ['--conditions=source', ...program], {
    cwd: join(dataDir, '..'),
    env: {
      ...bareEnvironment(),
      SLIPWAY_DATA_DIR: dataDir,
      SLIPWAY_PORT: String(port),
      ...Object.fromEntries(given),
      ...env,
    },
    // Its end of stdin tells a server that these tests are gone, however that came about.
    stdio: ['pipe', 'pipe', 'pipe', ...(script === undefined ? [] : (['ipc'] as const))],
  })
  const lines: string[] = []
  let rest = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      const parts = (rest + text).split('\n')
      rest = parts.pop() ?? ''
      lines.push(...parts)
      lines.splice(0, lines.length - KEPT_LINES)
    })
  }
  const exited = once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals)
  return { child, lines, exited }
}

/** What a program needs to run at all; nothing that configures Slipway or a client of it. */
function bareEnvironment(): Readonly<Record<string, string>> {
  const names = ['PATH', 'HOME', 'USER', 'TMPDIR', 'LANG', 'SystemRoot', 'NODE_EXTRA_CA_CERTS']
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = process.env[name]
      return value === undefined ? [] : [[name, value]]
    }),
  )
}
