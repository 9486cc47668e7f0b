import type { Measurement } from './measurement.ts'
import { rounded } from './measurement.ts'
import { startSlipway } from '../stage/children.ts'

const STARTS_AGAIN = 5

/** From the start of the process until it says that it listens; the first start makes the database. */
export async function measureStarts(dataDir: string, report: (measurement: Measurement) => void): Promise<void> {
  report({ name: 'start.first', n: 1, value: rounded(await timeStart(dataDir)), unit: 'ms' })
  const times: number[] = []
  for (let round = 0; round < STARTS_AGAIN; round += 1) times.push(await timeStart(dataDir))
  const median = times.toSorted((a, b) => a - b)[Math.floor(STARTS_AGAIN / 2)] ?? Number.NaN
  report({ name: 'start.again', n: STARTS_AGAIN, value: rounded(median), unit: 'ms' })
}

async function timeStart(dataDir: string): Promise<number> {
  const started = performance.now()
  const server = await startSlipway(['server', 'start', '--port', '0', '--data-dir', dataDir], {})
  const took = performance.now() - started
  await server.stop()
  return took
}
