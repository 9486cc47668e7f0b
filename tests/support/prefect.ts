import { type ChildProcess, spawn } from 'node:child_process'
import { cp, mkdir, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { within } from './eventually.ts'

const PROJECT = resolve(import.meta.dirname, '../compat/prefect/project')
const COMMAND_MS = 120_000

/** The interpreter with the unmodified client; empty where there is none, and then the tests are skipped. */
export const python = process.env['SLIPWAY_TEST_PYTHON'] ?? ''
if (python === '' && process.env['CI'] === 'true') {
  throw new Error('SLIPWAY_TEST_PYTHON must name a Python with prefect and prefect-gcp; "npm test" makes one')
}

export interface Ended {
  readonly code: number | NodeJS.Signals
  /** What it printed, both streams. */
  readonly output: string
}

export interface Background {
  readonly child: ChildProcess
  output(): string
  /** SIGINT, as Ctrl-C sends it, and SIGKILL when that does not help. */
  stop(): Promise<void>
}

export interface Prefect {
  /** A copy of tests/compat/prefect/project, the working directory of every command. */
  readonly project: string
  /** The command `prefect`; throws with its output when it fails. */
  cli(...args: readonly string[]): Promise<string>
  /** The same, whatever its exit code. */
  tryCli(...args: readonly string[]): Promise<Ended>
  /** A script of the project; the last line that it prints is JSON, and is returned. */
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into answers of every shape
  script<Answer = any>(name: string, ...args: readonly string[]): Promise<Answer>
  /** A program that runs until it is stopped: `prefect worker start`, or a script that serves. */
  background(program: 'prefect' | 'python', ...args: readonly string[]): Background
  writeFile(name: string, text: string): Promise<void>
}

interface PrefectOptions {
  /** An empty folder. */
  readonly home: string
  readonly apiUrl: string
  /** PREFECT_API_AUTH_STRING. */
  readonly auth?: string | null
}

/** The unmodified client with a home of its own, of which only the address of the API is set. */
export async function createPrefect({ home, apiUrl, auth = null }: PrefectOptions): Promise<Prefect> {
  const project = join(home, 'project')
  await mkdir(home, { recursive: true })
  await cp(PROJECT, project, { recursive: true })
  const env = {
    PATH: [dirname(python), process.env['PATH']].join(':'),
    HOME: home,
    PREFECT_HOME: join(home, 'prefect'),
    PREFECT_API_URL: apiUrl,
    ...(auth === null ? {} : { PREFECT_API_AUTH_STRING: auth }),
    DO_NOT_TRACK: '1',
    NO_COLOR: '1',
    COLUMNS: '250',
    PYTHONDONTWRITEBYTECODE: '1',
    PYTHONUNBUFFERED: '1',
    PREFECT_RUNNER_POLL_FREQUENCY: '1',
    PREFECT_WORKER_QUERY_SECONDS: '1',
  }
  const start = (program: string, args: readonly string[]) => {
    const child = spawn(program, args, { cwd: project, env, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    let printed = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text
      printed += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text))
    const closed = new Promise<number | NodeJS.Signals>((settle, fail) => {
      child.once('error', fail)
      child.once('close', (code, signal) => settle(code ?? signal ?? 'SIGKILL'))
    })
    return { child, closed, output: () => output, printed: () => printed }
  }
  const run = async (program: string, args: readonly string[]) => {
    const started = start(program, args)
    const what = `"${program} ${args.join(' ')}"`
    const code = await within(COMMAND_MS, what, started.closed).catch((error: unknown) => {
      started.child.kill('SIGKILL')
      throw new Error(`${String(error)}\n${started.output()}`, { cause: error })
    })
    return { code, output: started.output(), printed: started.printed(), what }
  }
  const succeed = async (program: string, args: readonly string[]) => {
    const ended = await run(program, args)
    if (ended.code !== 0) throw new Error(`${ended.what} ended with ${ended.code}:\n${ended.output}`)
    return ended
  }
  const prefect = join(dirname(python), 'prefect')
  return {
    project,
    cli: async (...args) => (await succeed(prefect, ['--no-prompt', ...args])).output,
    tryCli: async (...args) => await run(prefect, ['--no-prompt', ...args]),
    // oxlint-disable-next-line typescript/no-explicit-any -- as above
    async script(name, ...args): Promise<any> {
      const { printed, what } = await succeed(python, [name, ...args])
      const last = printed.trimEnd().split('\n').at(-1) ?? ''
      try {
        return JSON.parse(last)
      } catch (error) {
        throw new Error(`${what} did not print JSON as its last line:\n${printed}`, { cause: error })
      }
    },
    background(program, ...args) {
      const started = start(program === 'python' ? python : prefect, args)
      return {
        child: started.child,
        output: started.output,
        async stop() {
          started.child.kill('SIGINT')
          await within(20_000, `${args.join(' ')} to stop`, started.closed).catch((error: unknown) => {
            started.child.kill('SIGKILL')
            throw new Error(`${String(error)}\n${started.output()}`, { cause: error })
          })
        },
      }
    },
    writeFile: async (name, text) => await writeFile(join(project, name), text),
  }
}
