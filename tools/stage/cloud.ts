// A real server and an emulated Cloud Run, each a process of its own, that know each other.
import { makeServiceAccount } from '../../tests/support/service-account.ts'
import { type Child, startSlipway } from './children.ts'
import { type Client, createClient } from './client.ts'
import { type EmulatorControl, emulatorControl } from './emulator-control.ts'
import { freeOrAny } from './ports.ts'

const SERVER_PORT = 4200
const EMULATOR_PORT = 4210
const CONTROL_PORT = 4211

export interface CloudOptions {
  readonly dataDir: string
  readonly engine: 'process' | 'none'
  /** For the emulator, and so for containers: where they find their commands. */
  readonly path?: string
  /** More settings of the server, by variable. */
  readonly env?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
}

export interface Cloud {
  readonly server: Child
  readonly emulator: Child
  /** Without /api. */
  readonly url: string
  readonly emulatorUrl: string
  readonly controlUrl: string
  readonly client: Client
  readonly control: EmulatorControl
  /** A service account that the emulator knows. */
  readonly account: ReturnType<typeof makeServiceAccount>
  readonly stop: () => Promise<void>
}

export async function startCloud(options: CloudOptions): Promise<Cloud> {
  const emulator = await startEmulator(options)
  try {
    const emulatorUrl = textOf(emulator, 'url')
    const controlUrl = textOf(emulator, 'control_url')
    const account = makeServiceAccount('slipway-demo')
    const control = emulatorControl(controlUrl)
    await control.registerAccount(account)
    const server = await startServer(options, emulatorUrl)
    const url = textOf(server, 'url')
    return {
      server,
      emulator,
      url,
      emulatorUrl,
      controlUrl,
      client: createClient(`${url}/api`),
      control,
      account,
      // The server first: it may still be talking to the emulator.
      stop: async () => {
        await server.stop()
        await emulator.stop()
      },
    }
  } catch (error) {
    await emulator.stop()
    throw error
  }
}

async function startEmulator({ engine, path, signal }: CloudOptions): Promise<Child> {
  const ports = [await freeOrAny(EMULATOR_PORT), await freeOrAny(CONTROL_PORT)] as const
  const start = async (port: number, controlPort: number) =>
    await startSlipway(
      ['emulator', 'start', '--engine', engine, '--port', String(port), '--control-port', String(controlPort)],
      path === undefined ? {} : { PATH: path },
      signal,
    )
  return await start(...ports).catch(async (error: unknown) => {
    if (!isPortTaken(error)) throw error
    return await start(0, 0)
  })
}

async function startServer(
  { dataDir, env = {}, signal }: Pick<CloudOptions, 'dataDir' | 'env' | 'signal'>,
  emulatorUrl: string,
): Promise<Child> {
  const port = await freeOrAny(SERVER_PORT)
  const start = async (port: number) => {
    const args = ['--port', String(port), '--data-dir', dataDir, '--gcp-run-endpoint', emulatorUrl]
    return await startSlipway(['server', 'start', ...args], env, signal)
  }
  return await start(port).catch(async (error: unknown) => {
    if (!isPortTaken(error)) throw error
    return await start(0)
  })
}

/** It was free a moment ago: somebody else was quicker. */
function isPortTaken(error: unknown): boolean {
  return error instanceof Error && error.message.includes('is taken by another program')
}

function textOf(child: Child, key: string): string {
  const value = child.ready[key]
  if (typeof value !== 'string') throw new Error(`"slipway … start --json" did not print its ${key}`)
  return value
}
