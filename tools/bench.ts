// npm run bench [-- NAME…]
// One JSON line a measurement. Server and emulated cloud are real processes on this machine; so is the load, in this one:
// all share its processors. A name chooses all that begin with it: "npm run bench -- dispatch api.logs".
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { API_NAMES, measureApi } from './bench/api.ts'
import { deployToPool, measureBurst, measureSingles } from './bench/dispatch.ts'
import { type Measurement, isChosen, rounded } from './bench/measurement.ts'
import { residentMib } from './bench/process-stats.ts'
import { insertPastRuns } from './bench/setup.ts'
import { measureStarts } from './bench/start.ts'
import { startSlipway } from './stage/children.ts'
import { type Cloud, startCloud } from './stage/cloud.ts'

const START_NAMES = ['start.first', 'start.again']
const NAMES = [...START_NAMES, 'dispatch.single', 'dispatch.burst', ...API_NAMES, 'server.rss']

async function main(wanted: readonly string[]): Promise<number> {
  const unknown = wanted.find((want) => !NAMES.some((name) => isChosen(name, [want])))
  if (unknown !== undefined) {
    console.error(`There is no measurement "${unknown}". There are:\n  ${NAMES.join('\n  ')}`)
    return 2
  }
  const folder = await mkdtemp(join(tmpdir(), 'slipway-bench-'))
  const running: Cloud[] = []
  try {
    const isInterrupted = Symbol('interrupted')
    const interrupted = new Promise<typeof isInterrupted>((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve(isInterrupted))
    })
    const end = await Promise.race([measureAll(join(folder, 'data'), wanted, running), interrupted])
    return end === isInterrupted ? 130 : 0
  } catch (error) {
    console.error(`The bench failed: ${error instanceof Error ? error.message : String(error)}`)
    return 1
  } finally {
    for (const cloud of running) await cloud.stop()
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
  }
}

async function measureAll(dataDir: string, wanted: readonly string[], running: Cloud[]): Promise<void> {
  const chosen = (...names: readonly string[]) => names.some((name) => isChosen(name, wanted))
  const report = (measurement: Measurement) => {
    if (chosen(measurement.name)) console.log(JSON.stringify(measurement))
  }
  if (chosen(...START_NAMES)) await measureStarts(dataDir, report)
  if (NAMES.filter((name) => chosen(name)).every((name) => START_NAMES.includes(name))) return
  if (chosen('api.flow_runs_filter.c1', 'api.flow_runs_filter.c16')) await fillWithPast(dataDir)
  const cloud = await startCloud({ dataDir, engine: 'none', env: { SLIPWAY_LOG_LEVEL: 'warn' } })
  running.push(cloud)
  try {
    await measureServer(cloud, { wanted, chosen, report })
  } catch (error) {
    for (const line of cloud.server.lastLines(20)) console.error(`  server | ${line}`)
    throw error
  }
}

interface Choice {
  readonly wanted: readonly string[]
  readonly chosen: (...names: readonly string[]) => boolean
  readonly report: (measurement: Measurement) => void
}

async function measureServer(cloud: Cloud, { wanted, chosen, report }: Choice): Promise<void> {
  if (chosen('dispatch.single', 'dispatch.burst')) {
    const deployment_id = await deployToPool(cloud)
    if (chosen('dispatch.single')) await measureSingles(cloud, deployment_id, report)
    if (chosen('dispatch.burst')) await measureBurst(cloud, deployment_id, report)
  }
  if (chosen(...API_NAMES)) await measureApi(cloud, wanted, report)
  const rss = await residentMib(cloud.server.pid)
  if (rss !== null) report({ name: 'server.rss', n: 1, value: rounded(rss), unit: 'MiB' })
}

/** The schema is the server's to make: it starts once, and then leaves the folder to us. */
async function fillWithPast(dataDir: string): Promise<void> {
  const server = await startSlipway(['server', 'start', '--port', '0', '--data-dir', dataDir], {})
  await server.stop()
  await insertPastRuns(dataDir)
}

process.exit(await main(process.argv.slice(2)))
