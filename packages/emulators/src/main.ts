/** `node packages/emulators/src/main.ts`: one Cloud Run emulator until SIGTERM or SIGINT. */
import { parseArgs } from 'node:util'
import type { EngineName } from './engine.ts'
import { startCloudRunEmulator } from './start-cloud-run.ts'

const ENGINES: readonly EngineName[] = ['process', 'none', 'podman', 'docker']

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '0' },
      'control-port': { type: 'string', default: '0' },
      engine: { type: 'string', default: 'process' },
      'state-dir': { type: 'string' },
      auth: { type: 'string', default: 'on' },
      verbose: { type: 'boolean', default: false },
    },
  })
  const engine = ENGINES.find((name) => name === values.engine)
  if (engine === undefined) throw new Error(`--engine must be one of ${ENGINES.join(', ')}`)
  if (values.auth !== 'on' && values.auth !== 'off') throw new Error('--auth must be on or off')
  const emulator = await startCloudRunEmulator({
    port: portOf('--port', values.port),
    controlPort: portOf('--control-port', values['control-port']),
    engine,
    auth: values.auth,
    ...(values['state-dir'] === undefined ? {} : { stateDir: values['state-dir'] }),
    ...(values.verbose ? { log: (line: string) => process.stderr.write(`${line}\n`) } : {}),
  })
  process.stdout.write(
    `${JSON.stringify({ event: 'listening', url: emulator.url, control_url: emulator.controlUrl, engine, pid: process.pid })}\n`,
  )

  const stop = (): void => {
    emulator.close().then(
      () => process.exit(0),
      (error: unknown) => fail(error),
    )
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
}

function portOf(name: string, text: string): number {
  const port = Number(text)
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error(`${name} must be a port number, not ${text}`)
  return port
}

function fail(error: unknown): void {
  const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
  const message = error instanceof Error ? error.message : String(error)
  process.stderr.write(
    `The emulator did not start: ${message}${isTaken ? '. Choose another port, or 0 for any free one.' : ''}\n`,
  )
  process.exit(1)
}

main().catch(fail)
