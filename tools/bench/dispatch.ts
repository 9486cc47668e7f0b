// From the moment at which a run is due to the arrival of the call that creates its job.
import { setTimeout as pause } from 'node:timers/promises'
import { addSeconds, epochMs, fromEpochMs, operations } from '@slipway/contract'
import type { Cloud } from '../stage/cloud.ts'
import { POOL, saveCredentials, savePool } from '../stage/pool.ts'
import { runLoad } from './load.ts'
import { type Measurement, latencies, rounded } from './measurement.ts'
import { createPoster } from './poster.ts'
import { cpuMicros } from './process-stats.ts'

const WARM_UP = 10
const SINGLES = 200
const BURST = 1_000
const BURST_DEADLINE_MS = 120_000
const SINGLE_DEADLINE_MS = 30_000
/** Creating the burst must be over when it becomes due. */
const BURST_LEAD_SECONDS = 20

type Report = (measurement: Measurement) => void

/** A deployment in the push pool; its container is never started. */
export async function deployToPool({ client, account }: Cloud): Promise<string> {
  await savePool(client, await saveCredentials(client, account.key))
  const flow = await client.call(operations.createFlow, { body: { name: 'bench-push' } })
  const deployment = await client.call(operations.createDeployment, {
    body: { name: 'bench', flow_id: flow.id, work_pool_name: POOL, job_variables: { command: 'true' } },
  })
  return deployment.id
}

export async function measureSingles(cloud: Cloud, deployment_id: string, report: Report): Promise<void> {
  await dispatchOneByOne(cloud, deployment_id, WARM_UP)
  const cpu = await cpuMicros(cloud.server.pid)
  const samplesMs = await dispatchOneByOne(cloud, deployment_id, SINGLES)
  report({
    name: 'dispatch.single',
    n: SINGLES,
    ...latencies(samplesMs),
    ...(await cpuSince(cloud, cpu, SINGLES)),
  })
}

/** Each run is created when the one before has reached the cloud. */
async function dispatchOneByOne(cloud: Cloud, deployment_id: string, count: number): Promise<readonly number[]> {
  const { client, control } = cloud
  await control.forgetRequests()
  const due = new Map<string, number>()
  for (let index = 0; index < count; index += 1) {
    const run = await client.call(operations.createFlowRunFromDeployment, { params: { id: deployment_id }, body: {} })
    if (run.expected_start_time === null) throw new Error(`The run ${run.id} has no time at which it is due`)
    due.set(run.id, epochMs(run.expected_start_time))
    await arrival(cloud, run.id)
  }
  return await samplesOf(cloud, due)
}

async function arrival({ control, server }: Cloud, flow_run_id: string): Promise<void> {
  const deadline = performance.now() + SINGLE_DEADLINE_MS
  while ((await control.startsOf(flow_run_id)) === 0) {
    if (performance.now() > deadline) {
      throw new Error(
        `The run ${flow_run_id} did not reach the cloud in ${SINGLE_DEADLINE_MS / 1_000} s:\n${server.lastLines(10).join('\n')}`,
      )
    }
    await pause(5)
  }
}

export async function measureBurst(cloud: Cloud, deployment_id: string, report: Report): Promise<void> {
  const { client, control } = cloud
  const due = addSeconds(fromEpochMs(Math.ceil(Date.now() / 1_000) * 1_000), BURST_LEAD_SECONDS)
  const poster = createPoster(client.url)
  const dueOf = new Map<string, number>()
  const state = { type: 'SCHEDULED', state_details: { scheduled_time: due } }
  await runLoad({ items: Array.from({ length: BURST }), concurrency: 8 }, async () => {
    const answer = await poster.post(`/deployments/${deployment_id}/create_flow_run`, JSON.stringify({ state }))
    dueOf.set((JSON.parse(answer) as { readonly id: string }).id, epochMs(due))
  })
  poster.close()
  if (Date.now() > epochMs(due)) throw new Error(`Creating ${BURST} runs took longer than ${BURST_LEAD_SECONDS} s`)
  await control.forgetRequests()
  const cpu = await cpuMicros(cloud.server.pid)
  await pause(epochMs(due) - Date.now())
  const deadline = performance.now() + BURST_DEADLINE_MS
  while (!(await haveStarted(cloud, dueOf))) {
    if (performance.now() > deadline) break
    await pause(100)
  }
  const samplesMs = await samplesOf(cloud, dueOf)
  report({
    name: 'dispatch.burst',
    n: BURST,
    value: rounded(Math.max(...samplesMs) / 1_000),
    unit: 's',
    ...latencies(samplesMs),
    ...(await cpuSince(cloud, cpu, BURST)),
  })
}

async function haveStarted({ control }: Cloud, runs: ReadonlyMap<string, number>): Promise<boolean> {
  const starts = await control.starts()
  return [...runs.keys()].every((id) => (starts[id] ?? 0) > 0)
}

/** From due to the first call for each run; every run must have reached the cloud, and none twice. */
async function samplesOf({ control }: Cloud, due: ReadonlyMap<string, number>): Promise<readonly number[]> {
  const arrived = new Map<string, number>()
  for (const { received_ms, body } of await control.creations()) {
    const id = flowRunOf(body)
    if (id !== null && !arrived.has(id)) arrived.set(id, received_ms)
  }
  const starts = await control.starts()
  return [...due].map(([id, dueMs]) => {
    const received = arrived.get(id)
    if (received === undefined) throw new Error(`The run ${id} never reached the cloud`)
    if (starts[id] !== 1) throw new Error(`The cloud started ${starts[id] ?? 0} containers for the run ${id}`)
    return received - dueMs
  })
}

function flowRunOf(body: unknown): string | null {
  return /"PREFECT__FLOW_RUN_ID","value":"([0-9a-f-]{36})"/.exec(JSON.stringify(body))?.[1] ?? null
}

async function cpuSince({ server }: Cloud, before: number | null, n: number): Promise<{ readonly cpu_us?: number }> {
  const after = await cpuMicros(server.pid)
  return before === null || after === null ? {} : { cpu_us: Math.round((after - before) / n) }
}
