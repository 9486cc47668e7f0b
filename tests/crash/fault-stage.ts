import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { type Api, api } from '../support/api.ts'
import { createRun, makeDeployment, makePool, readRun, readStates } from '../support/cloud-run-pool.ts'
import { eventually, within } from '../support/eventually.ts'
import { createStage, freePort, type Stage } from '../support/stage.ts'
import type { Slipway } from '../support/slipway.ts'
import type { Fault } from './server-under-fault.ts'

const SCRIPT = resolve(import.meta.dirname, 'server-under-fault.ts')
const DIES_WITHIN_MS = 20_000

interface ServerOptions {
  readonly port?: number
  readonly settings?: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string>>
}

/** One data folder, one emulator, one deployment, and servers on them that can be told to kill themselves. */
export async function createFaultStage(stage: Stage = createStage()) {
  const [dataDir, port, emulator] = await Promise.all([stage.dataDir(), freePort(), stage.emulator()])
  const ledger = join(dataDir, '..', 'ledger')
  let asked = 0

  const start = async (options: ServerOptions = {}): Promise<Slipway> =>
    await stage.slipway({
      dataDir,
      port: options.port ?? port,
      script: SCRIPT,
      settings: { ...emulator.settings, observe_interval_seconds: 1, discard_after_seconds: 1, ...options.settings },
      ...(options.env === undefined ? {} : { env: options.env }),
    })

  const first = await start()
  const client = api(first.apiUrl)
  await makePool(client, { key: emulator.key })
  const deployment = await makeDeployment(client)
  const held = { server: first, jobs: 0 }

  return {
    stage,
    dataDir,
    port,
    emulator,
    client,
    start,
    server: () => held.server,
    /** The server again, after it was killed. */
    async restart(options: ServerOptions = {}): Promise<Slipway> {
      held.server = await start(options)
      return held.server
    },
    /** A server that kills itself while it takes up what is open, maybe before it listens. */
    async startAndDie(fault: Fault): Promise<void> {
      await start({ env: { FAULT: JSON.stringify(fault) } }).then(
        (server) => waitUntilKilled(server, fault),
        (error: unknown) => {
          if (!String(error).includes('ended (SIGKILL)')) throw error
        },
      )
    },
    /** Orders runs; a server that dies meanwhile is asked for the same runs again when the order is settled. */
    order(count: number): Order {
      const keys = Array.from({ length: count }, () => `order-${(asked += 1)}`)
      const parameters = { words: ['push', 'pool'], ledger }
      const send = (to: Api) =>
        Promise.all(keys.map((idempotency_key) => createRun(to, deployment.id, { parameters, idempotency_key })))
      // The server may be gone before it answers; asking again finds out what it had committed.
      const begun = send(client).then(
        () => undefined,
        () => undefined,
      )
      return {
        async settle(apiUrl = first.apiUrl) {
          await begun
          return (await send(api(apiUrl))).map(({ id }) => id)
        },
      }
    },
    /** What became of runs, when they are Completed. */
    async outcome(ids: readonly string[], apiUrl = first.apiUrl): Promise<Outcome> {
      const from = api(apiUrl)
      const seen: RunOutcome[] = []
      for (const id of ids) {
        await eventually(async () => (await readRun(from, id)).state_type === 'COMPLETED', {
          what: () => `run ${id} to be Completed:\n${held.server.log()}`,
        })
        const states = await readStates(from, id)
        seen.push({
          times_running: states.filter(({ type }) => type === 'RUNNING').length,
          times_completed: states.filter(({ type }) => type === 'COMPLETED').length,
          processes: await emulator.starts(id),
          executions_of_code: (await readFile(ledger, 'utf8')).split('\n').filter((line) => line === id).length,
        })
      }
      const { by_job } = (await emulator.control.get('counters')) as { by_job: Record<string, number> }
      const jobs = Object.keys(by_job).length
      const jobs_besides = jobs - held.jobs - ids.length
      held.jobs = jobs
      return { runs: seen, jobs_besides }
    },
    async close(): Promise<void> {
      await stage.close()
    },
  }
}

export type FaultStage = Awaited<ReturnType<typeof createFaultStage>>

interface RunOutcome {
  readonly times_running: number
  readonly times_completed: number
  /** Containers that the emulator started for the run. */
  readonly processes: number
  readonly executions_of_code: number
}

export interface Outcome {
  readonly runs: readonly RunOutcome[]
  /** Jobs that were started since the last look, beyond the one of each of these runs. */
  readonly jobs_besides: number
}

export function onceEach(count: number): Outcome {
  const once = { times_running: 1, times_completed: 1, processes: 1, executions_of_code: 1 }
  return { runs: Array.from({ length: count }, () => once), jobs_besides: 0 }
}

interface Order {
  /** The ids of the runs, from a server that lives: the one of the stage unless told otherwise. */
  settle(apiUrl?: string): Promise<readonly string[]>
}

/** Resolves when the server knows. */
export async function arm(server: Slipway, fault: Fault): Promise<void> {
  const { promise, resolve: armed } = Promise.withResolvers<unknown>()
  server.child.once('message', armed)
  server.child.send(fault)
  await within(DIES_WITHIN_MS, `a server to know that it dies at ${fault.probe}`, promise)
}

export async function waitUntilKilled(server: Slipway, fault: Fault): Promise<void> {
  const how = await within(DIES_WITHIN_MS, `hit ${fault.hit} of ${fault.probe}`, server.exited).catch(
    (error: unknown) => {
      throw new Error(`${String(error)}\n${server.log()}`, { cause: error })
    },
  )
  if (how !== 'SIGKILL') throw new Error(`The server ended by itself (${how}):\n${server.log()}`)
}
