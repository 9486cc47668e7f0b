/** What starts a container for one attempt of a task. */
export interface ContainerSpec {
  /** Unique among all attempts, and safe as a file name and as a container name. */
  readonly id: string
  readonly image: string
  readonly command: readonly string[]
  readonly args: readonly string[]
  /** Exactly what was declared; the engine adds what a machine needs (PATH, HOME) and nothing else. */
  readonly env: Readonly<Record<string, string>>
  readonly working_dir: string | null
  onLine(stream: 'stdout' | 'stderr', line: string): void
}

export interface ContainerEnd {
  readonly exit_code: number | null
  readonly term_signal: number | null
  /** Why it could not run at all, when it could not. */
  readonly problem?: string
}

export interface RunningContainer {
  /** Names it for `recover` after the emulator was killed; null when nothing needs to be recovered. */
  readonly handle: string | null
  readonly ended: Promise<ContainerEnd>
  /** SIGTERM now, SIGKILL after the grace. */
  stop(graceMs: number): void
  /** SIGKILL now. */
  kill(): void
}

export interface ContainerEngine {
  readonly name: EngineName
  /** Null when the container was not started; the reason is the answer's. */
  start(spec: ContainerSpec): Promise<RunningContainer | { readonly problem: string }>
  /** Ends what an emulator that was killed has left running. */
  recover(handle: string): Promise<void>
}

export type EngineName = 'process' | 'none' | 'podman' | 'docker'

export const isRunning = (started: RunningContainer | { readonly problem: string }): started is RunningContainer =>
  'ended' in started

/** No process at all: a task runs until the control port says how it ended. For measuring, and for deterministic tests. */
export function createNoEngine(): ContainerEngine {
  return {
    name: 'none',
    async start() {
      const { promise: ended, resolve } = Promise.withResolvers<ContainerEnd>()
      return {
        handle: null,
        ended,
        stop: () => resolve({ exit_code: null, term_signal: 15 }),
        kill: () => resolve({ exit_code: null, term_signal: 9 }),
      }
    },
    async recover() {},
  }
}
