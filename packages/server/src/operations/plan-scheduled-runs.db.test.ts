import { addSeconds, type DeploymentResponse } from '@slipway/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sql } from '../store/sql.ts'
import { createTestServer, type TestServer } from '../testing/server.ts'
import { planScheduledRuns } from './plan-scheduled-runs.ts'

let server: TestServer
let flow_id: string
beforeAll(async () => {
  server = await createTestServer()
  server.clock.set('2031-01-01T00:00:00.000000Z')
  flow_id = (await server.call<{ id: string }>('POST', '/flows/', { name: 'f' })).body.id
})
afterAll(() => server.close())

const deploy = async (name: string, ...schedules: readonly object[]) => {
  const body = { name, flow_id, schedules: schedules.map((schedule) => ({ schedule })) }
  return (await server.call<DeploymentResponse>('POST', '/deployments/', body)).body.id
}
const datesOf = async (deployment_id: string) =>
  (
    await server.database.db.query<{ date: string }>(sql`
      select expected_start_time as date from flow_run where deployment_id = ${deployment_id} order by 1`)
  ).map(({ date }) => date)

test('runs are made as time goes by, each once and never in the past', async () => {
  const id = await deploy('hourly', { interval: 3_600, anchor_date: '2030-01-01T00:30:00Z' })
  expect(await planScheduledRuns(server.ctx, 10)).toEqual({ schedules: 1, created: 3 })
  expect(await planScheduledRuns(server.ctx, 10)).toEqual({ schedules: 0, created: 0 })
  server.clock.advance(3_700)
  expect(await planScheduledRuns(server.ctx, 10)).toEqual({ schedules: 1, created: 1 })
  expect(await datesOf(id)).toHaveLength(4)
  // The server was down for a day: what was missed is not made up for.
  server.clock.advance(86_400)
  await planScheduledRuns(server.ctx, 10)
  const dates = await datesOf(id)
  expect(dates).toHaveLength(7)
  expect(dates.slice(4)).toEqual(
    [1_800, 5_400, 9_000].map((seconds) => addSeconds('2031-01-02T01:00:00.000000Z', seconds)),
  )
})

test('a clock that is set back makes nothing twice', async () => {
  const id = await deploy('back', { cron: '0 * * * *' })
  await planScheduledRuns(server.ctx, 10)
  const before = await datesOf(id)
  const now = server.ctx.clock.now()
  server.clock.set(addSeconds(now, -7_200))
  await server.database.db.query(sql`update deployment_schedule set plan_after = null where deployment_id = ${id}`)
  await planScheduledRuns(server.ctx, 10)
  server.clock.set(now)
  const after = await datesOf(id)
  expect(after).toHaveLength(new Set(after).size)
  expect(after).toEqual(expect.arrayContaining(before))
})

test('many servers plan many schedules at once without doing anything twice', async () => {
  const ids = []
  for (let index = 0; index < 30; index += 1) ids.push(await deploy(`many-${index}`, { interval: 3_600 }))
  const passes = Array.from({ length: 6 }, async () => {
    let created = 0
    for (;;) {
      const pass = await planScheduledRuns(server.ctx, 4)
      created += pass.created
      if (pass.schedules === 0) return created
    }
  })
  const created = (await Promise.all(passes)).reduce((sum, count) => sum + count, 0)
  // One that all others held is taken up by the next pass.
  const late = await planScheduledRuns(server.ctx, 100)
  expect(created + late.created).toBe(90)
  for (const id of ids) expect(await datesOf(id)).toHaveLength(3)
})

test('a schedule that cannot be read does not stop the others', async () => {
  const broken = await deploy('broken', { cron: '0 0 * * *' })
  const sound = await deploy('sound', { cron: '0 0 * * *' })
  await server.database.db.query(sql`
    update deployment_schedule set schedule = '{"cron": "nonsense", "timezone": null, "day_or": true}'
    where deployment_id = ${broken}`)
  await planScheduledRuns(server.ctx, 100)
  expect(await datesOf(broken)).toEqual([])
  expect(await datesOf(sound)).toHaveLength(3)
  expect(await planScheduledRuns(server.ctx, 100)).toMatchObject({ schedules: 0 })
})
