// Throughput of the calls that a busy server gets most, at one and at sixteen connections.
import { addSeconds, fromEpochMs, operations } from '@slipway/contract'
import type { Cloud } from '../stage/cloud.ts'
import { runLoad } from './load.ts'
import { type Measurement, isChosen, latencies, rounded } from './measurement.ts'
import { type Poster, createPoster } from './poster.ts'
import { cpuMicros } from './process-stats.ts'

const CONCURRENCIES = [1, 16] as const
const LOG_ROWS = 100

interface Call {
  readonly path: string
  readonly body: string
  /** Part of an answer that did what was asked for. */
  readonly expect: string
}

interface Bench {
  readonly name: string
  /** How often at each concurrency. */
  readonly n: Readonly<Record<(typeof CONCURRENCIES)[number], number>>
  readonly rows?: number
  /** Sequences of calls: those of one are sent in order. */
  readonly prepare: (stage: ApiStage, n: number) => Promise<readonly (readonly Call[])[]>
}

interface ApiStage {
  readonly cloud: Cloud
  readonly poster: Poster
  readonly flow_id: string
  /** In no work pool: nobody is handed its runs. */
  readonly deployment_id: string
}

const BENCHES: readonly Bench[] = [
  {
    name: 'api.set_state',
    n: { 1: 1_500, 16: 6_000 },
    async prepare({ poster, flow_id }, n) {
      const runs = Array.from({ length: Math.ceil(n / LIFE.length) })
      const ids: string[] = []
      await runLoad({ items: runs, concurrency: 16 }, async () => {
        const answer = await poster.post('/flow_runs/', JSON.stringify({ flow_id, state: { type: 'SCHEDULED' } }))
        ids.push((JSON.parse(answer) as { readonly id: string }).id)
      })
      return ids.map((id) =>
        LIFE.map((type) => ({
          path: `/flow_runs/${id}/set_state`,
          body: JSON.stringify({ state: { type } }),
          expect: '"ACCEPT"',
        })),
      )
    },
  },
  {
    name: 'api.create_flow_run',
    n: { 1: 1_000, 16: 4_000 },
    async prepare({ deployment_id }, n) {
      const scheduled_time = addSeconds(fromEpochMs(Date.now()), 86_400)
      const body = JSON.stringify({ state: { type: 'SCHEDULED', state_details: { scheduled_time } } })
      const path = `/deployments/${deployment_id}/create_flow_run`
      return Array.from({ length: n }, () => [{ path, body, expect: '"id":' }])
    },
  },
  {
    name: 'api.logs',
    n: { 1: 300, 16: 1_200 },
    rows: LOG_ROWS,
    async prepare({ poster, flow_id }, n) {
      const run = JSON.parse(await poster.post('/flow_runs/', JSON.stringify({ flow_id }))) as { readonly id: string }
      return Array.from({ length: n }, (_, index) => [
        { path: '/logs/', body: JSON.stringify(logBatch(run.id, index)), expect: '' },
      ])
    },
  },
  {
    name: 'api.flow_runs_filter',
    n: { 1: 100, 16: 400 },
    async prepare(_, n) {
      const body = JSON.stringify({
        flow_runs: { state: { type: { any_: ['COMPLETED'] } } },
        sort: 'EXPECTED_START_TIME_DESC',
        limit: 200,
      })
      return Array.from({ length: n }, () => [{ path: '/flow_runs/filter', body, expect: '"COMPLETED"' }])
    },
  },
]

const LIFE = ['PENDING', 'RUNNING', 'COMPLETED'] as const

export const API_NAMES: readonly string[] = BENCHES.flatMap(({ name }) =>
  CONCURRENCIES.map((concurrency) => `${name}.c${concurrency}`),
)

export async function measureApi(
  cloud: Cloud,
  wanted: readonly string[],
  report: (measurement: Measurement) => void,
): Promise<void> {
  const { client } = cloud
  const poster = createPoster(client.url)
  try {
    const flow = await client.call(operations.createFlow, { body: { name: 'bench' } })
    const deployment = await client.call(operations.createDeployment, { body: { name: 'bench', flow_id: flow.id } })
    const stage = { cloud, poster, flow_id: flow.id, deployment_id: deployment.id }
    for (const bench of BENCHES) {
      for (const concurrency of CONCURRENCIES) {
        const name = `${bench.name}.c${concurrency}`
        if (isChosen(name, wanted)) report({ name, ...(await measure(stage, bench, concurrency)) })
      }
    }
  } finally {
    poster.close()
  }
}

async function measure(
  stage: ApiStage,
  bench: Bench,
  concurrency: (typeof CONCURRENCIES)[number],
): Promise<Omit<Measurement, 'name'>> {
  const { cloud, poster } = stage
  const sequences = await bench.prepare(stage, bench.n[concurrency])
  const cpu = await cpuMicros(cloud.server.pid)
  const samplesMs: number[] = []
  const { elapsedMs } = await runLoad({ items: sequences, concurrency }, async (calls) => {
    for (const { path, body, expect } of calls) {
      const started = performance.now()
      const answer = await poster.post(path, body)
      samplesMs.push(performance.now() - started)
      if (!answer.includes(expect)) throw new Error(`POST ${path} was answered …${answer.slice(-400)}`)
    }
  })
  const after = await cpuMicros(cloud.server.pid)
  const n = samplesMs.length
  const per_second = rounded((n / elapsedMs) * 1_000)
  return {
    n,
    per_second,
    ...(bench.rows === undefined ? {} : { rows_per_second: rounded(per_second * bench.rows) }),
    ...latencies(samplesMs),
    ...(cpu === null || after === null ? {} : { cpu_us: Math.round((after - cpu) / n) }),
  }
}

function logBatch(flow_run_id: string, batch: number): readonly object[] {
  const base = fromEpochMs(Date.now())
  return Array.from({ length: LOG_ROWS }, (_, index) => ({
    name: 'prefect.flow_runs',
    level: 20,
    message: `Line ${index} of batch ${batch}: a message of about the length that messages have in practice`,
    timestamp: addSeconds(base, index / 1_000),
    flow_run_id,
  }))
}
