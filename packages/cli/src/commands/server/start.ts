import type { Config } from '@slipway/server'
import { CommandError } from '../../command-error.ts'
import { EXIT, type ExitCode } from '../../exit-codes.ts'
import type { Terminal } from '../../render/terminal.ts'
import { nextStop } from '../../stop-signals.ts'

export type ServerFlags = { readonly [Name in Exclude<keyof Config, 'sources'>]?: string | undefined }

export interface ServerStartOptions {
  readonly flags: ServerFlags
  readonly asJson: boolean
  /** Also stops when stdin ends, for programs that must not leave a server behind. */
  readonly stopWithStdin: boolean
}

/** Runs a server in this process until it is asked to stop. */
export async function startServerCommand(
  { flags, asJson, stopWithStdin }: ServerStartOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const stop = nextStop({ withStdin: stopWithStdin })
  const { createLog, loadConfig, startServer, StartupError } = await import('@slipway/server')
  try {
    const config = loadConfig({ flags })
    const log = createLog(config, terminal.isErrInteractive)
    const starting = startServer({ config, log })
    const server = await Promise.race([starting, stop])
    if (typeof server === 'string') {
      // What begins to start is let start, and then stopped as any other: half a server is the harder thing to stop.
      log.info({ reason: server }, 'Asked to stop while starting')
      await (await starting).stop()
      return EXIT.ok
    }
    const { url } = server
    terminal.out(
      asJson
        ? JSON.stringify({ event: 'listening', url, api_url: `${url}/api`, pid: process.pid })
        : `Slipway is listening on ${url} (API: ${url}/api, reference: ${url}/docs)`,
    )
    log.info({ reason: await stop }, 'Stopping')
    await server.stop()
    return EXIT.ok
  } catch (error) {
    if (error instanceof StartupError) throw new CommandError(error.message, { code: 'start', cause: error })
    throw error
  }
}
