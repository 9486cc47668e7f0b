import { dirname } from 'node:path'
import { type CloudRunEmulatorOptions, startCloudRunEmulator } from '@slipway/emulators'
import { controlOf } from './control.ts'
import { makeServiceAccount } from './service-account.ts'

interface EmulatedExecution {
  readonly name: string
  readonly status: string
  readonly message: string | null
  readonly log: readonly { readonly stream: string; readonly text: string }[]
}

export type Emulator = Awaited<ReturnType<typeof startEmulator>>

/** An emulated Cloud Run in this process with one service account; its containers find the Node that runs the tests. */
export async function startEmulator(options: CloudRunEmulatorOptions = {}) {
  const path = [options.env?.PATH, dirname(process.execPath)].filter((part) => part !== undefined).join(':')
  const emulator = await startCloudRunEmulator({ ...options, env: { PATH: path } })
  const control = controlOf(emulator.controlUrl)
  const account = makeServiceAccount()
  const register = (change: object = {}) =>
    control.post('service-accounts', {
      email: account.email,
      project_id: account.key.project_id,
      private_key_id: account.key.private_key_id,
      public_key_pem: account.public_key_pem,
      ...change,
    })
  await register()
  return {
    url: emulator.url,
    control,
    /** What a user stores in a GCP Credentials block. */
    key: account.key,
    /** Registers the account again, with some of it changed: fewer permissions, another key. */
    register,
    /** Settings that point a server at it. */
    settings: { gcp_run_endpoint: emulator.url },
    /** Processes started for a flow run: the oracle of "exactly once". */
    async starts(flow_run_id: string): Promise<number> {
      const { by_flow_run_id } = (await control.get('counters')) as { by_flow_run_id: Record<string, number> }
      return by_flow_run_id[flow_run_id] ?? 0
    },
    async executions(): Promise<readonly EmulatedExecution[]> {
      return ((await control.get('executions')) as { executions: EmulatedExecution[] }).executions
    },
    /** The next requests that match meet it; how often is `times`, once when left out. */
    async fail(fault: object): Promise<void> {
      await control.post('faults', fault)
    },
    close: () => emulator.close(),
  }
}
