// The control port of the emulated Cloud Run, as far as these tools use it.
import type { makeServiceAccount } from '../../tests/support/service-account.ts'

export interface SeenRequest {
  /** Milliseconds since 1970, by the clock of this machine. */
  readonly received_ms: number
  readonly rpc: string | null
  readonly status: number | null
  readonly body: unknown
}

export interface EmulatorControl {
  readonly registerAccount: (account: ReturnType<typeof makeServiceAccount>) => Promise<void>
  /** Calls that create a job, oldest first; the last 5,000 are kept. */
  readonly creations: () => Promise<readonly SeenRequest[]>
  readonly forgetRequests: () => Promise<void>
  /** How many container processes were started for a flow run. */
  readonly startsOf: (flow_run_id: string) => Promise<number>
  /** The same for all flow runs that had any. */
  readonly starts: () => Promise<Readonly<Record<string, number>>>
}

export function emulatorControl(controlUrl: string): EmulatorControl {
  const send = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(`${controlUrl}/_control/${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    })
    const answer: unknown = await response.json()
    if (!response.ok) throw new Error(`${method} ${path} of the emulator: ${JSON.stringify(answer)}`)
    return answer
  }
  const starts = async () => {
    const { by_flow_run_id } = (await send('GET', 'counters')) as {
      readonly by_flow_run_id: Readonly<Record<string, number>>
    }
    return by_flow_run_id
  }
  return {
    async registerAccount({ email, key, public_key_pem }) {
      const { project_id, private_key_id } = key
      await send('POST', 'service-accounts', { email, project_id, private_key_id, public_key_pem })
    },
    async creations() {
      const answer = (await send('GET', `requests?method=POST&match=${encodeURIComponent('/jobs(\\?|$)')}`)) as {
        readonly requests: readonly SeenRequest[]
      }
      return answer.requests
    },
    async forgetRequests() {
      await send('DELETE', 'requests')
    },
    startsOf: async (flow_run_id) => (await starts())[flow_run_id] ?? 0,
    starts,
  }
}
