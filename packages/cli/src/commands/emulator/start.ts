import type { EngineName } from '@slipway/emulators'
import { CommandError } from '../../command-error.ts'
import { EXIT, type ExitCode } from '../../exit-codes.ts'
import type { Terminal } from '../../render/terminal.ts'
import { nextStop } from '../../stop-signals.ts'

export interface EmulatorStartOptions {
  readonly port: number
  readonly controlPort: number
  readonly engine: EngineName
  readonly stateDir: string | undefined
  readonly auth: 'on' | 'off'
  readonly verbose: boolean
  readonly asJson: boolean
  readonly stopWithStdin: boolean
}

/** Runs an emulated Cloud Run in this process until it is asked to stop. */
export async function startEmulatorCommand(options: EmulatorStartOptions, terminal: Terminal): Promise<ExitCode> {
  const { port, controlPort, engine, stateDir, auth, verbose, asJson, stopWithStdin } = options
  const stop = nextStop({ withStdin: stopWithStdin })
  const { startCloudRunEmulator } = await import('@slipway/emulators')
  try {
    const emulator = await startCloudRunEmulator({
      port,
      controlPort,
      engine,
      auth,
      ...(stateDir === undefined ? {} : { stateDir }),
      ...(verbose ? { log: terminal.err } : {}),
    })
    const { url, controlUrl } = emulator
    terminal.out(
      asJson
        ? JSON.stringify({ event: 'listening', url, control_url: controlUrl, engine, pid: process.pid })
        : `Cloud Run (emulated, engine ${engine}) is listening on ${url} (control: ${controlUrl})`,
    )
    if (!asJson && terminal.isErrInteractive)
      terminal.err(`A server uses it with: slipway server start --gcp-run-endpoint ${url}`)
    await stop
    await emulator.close()
    return EXIT.ok
  } catch (error) {
    throw explain(error, options)
  }
}

function explain(error: unknown, { port, controlPort, engine }: EmulatorStartOptions): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : null
  const taken = error instanceof Error && 'port' in error && typeof error.port === 'number' ? error.port : null
  if (code === 'EADDRINUSE') {
    return new CommandError(`Port ${taken ?? `${port} or ${controlPort}`} is taken by another program.`, {
      code: 'start',
      next: ['Stop it, or choose others with --port and --control-port; 0 takes a free one.'],
      cause: error,
    })
  }
  if (engine === 'podman' || engine === 'docker') {
    return new CommandError(`The engine ${engine} cannot be used.`, {
      code: 'start',
      why: error instanceof Error ? error.message : String(error),
      next: ['Use --engine process, which needs no container engine.'],
      cause: error,
    })
  }
  return error
}
