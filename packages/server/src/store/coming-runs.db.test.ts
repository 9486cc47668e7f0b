import { addSeconds } from '@slipway/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../testing/database.ts'
import { countLateRuns, listComingRunsOfDeployments, listComingRunsOfQueues, listSlotHolders } from './coming-runs.ts'
import type { Queryable } from './database.ts'
import { lockExpiredPauses, lockLateRuns } from './overdue-runs.ts'
import { lockSchedulesToPlan } from './schedule-plans.ts'
import { type Sql, sql } from './sql.ts'

const now = '2031-01-01T00:00:00.000000Z'
const workspace_id = '00000000-0000-4000-8000-000000000001'
const queue = '00000000-0000-4000-8000-000000000002'
const other = '00000000-0000-4000-8000-000000000003'
const deployment = '00000000-0000-4000-8000-000000000004'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
  const { db } = database
  // A long history, and a few runs to come: the first minute of each queue's is over, every seventh waits in its process.
  await db.query(sql`
    insert into flow_run (id, workspace_id, created, updated, name, flow_id, deployment_id, work_queue_id, state,
      state_type, state_name, state_timestamp, next_scheduled_start_time, retry_type)
    select gen_random_uuid(), ${workspace_id}::uuid, ${now}, ${now}, 'run-' || n, ${workspace_id}::uuid,
      ${deployment}::uuid, case when n % 2 = 0 then ${queue}::uuid else ${other}::uuid end, '{"state_details":{}}',
      case when n < 30 then 'SCHEDULED' else 'COMPLETED' end,
      case when n < 30 then 'Scheduled' else 'Completed' end, ${now},
      case when n < 30 then ${now}::timestamptz + (n - 5) * interval '1 minute' end,
      case when n % 7 = 0 then 'in_process' end
    from generate_series(0, 20000) n
  `)
  await db.query(sql`analyze flow_run`)
})
afterAll(() => database.close())

/** Runs a function of the store and returns the plans of its statements. */
async function plansOf(work: (db: Queryable) => Promise<unknown>): Promise<string> {
  const lines: string[] = []
  const explaining: Queryable = {
    async query(statement: Sql) {
      const rows = await database.db.query<{ 'QUERY PLAN': string }>(sql`explain ${statement}`)
      lines.push(...rows.map((row) => row['QUERY PLAN']))
      return []
    },
  }
  await work(explaining)
  return lines.join('\n')
}

test('runs of queues come by urgency and time, within the room of each', async () => {
  const queues = [
    { work_queue_id: queue, priority: 2, room: 2 },
    { work_queue_id: other, priority: 1, room: 3 },
  ]
  const period = { before: addSeconds(now, 600), after: null }
  const runs = await listComingRunsOfQueues(database.db, queues, period, 200)
  expect(runs.map((run) => run.name)).toEqual(['run-1', 'run-3', 'run-5', 'run-2', 'run-4'])
  const later = await listComingRunsOfQueues(database.db, queues, { before: null, after: now }, 4)
  expect(later.map((run) => run.name)).toEqual(['run-5', 'run-9', 'run-11', 'run-6'])
})

test('runs of deployments come by time', async () => {
  const runs = await listComingRunsOfDeployments(database.db, workspace_id, [deployment], now, 200)
  expect(runs.map((run) => run.name)).toEqual(['run-1', 'run-2', 'run-3', 'run-4', 'run-5'])
  expect(await listComingRunsOfDeployments(database.db, queue, [deployment], now, 200)).toEqual([])
})

const period = { before: now, after: null }
const rooms = [{ work_queue_id: queue, priority: 1, room: 10 }]
const searches: readonly [string, (db: Queryable) => Promise<unknown>][] = [
  ['runs of queues', (db) => listComingRunsOfQueues(db, rooms, period, 200)],
  ['runs of deployments', (db) => listComingRunsOfDeployments(db, workspace_id, [deployment], now, 200)],
  ['slot holders', (db) => listSlotHolders(db, [queue], { limit: 10, offset: 0 })],
  ['late runs of a queue', (db) => countLateRuns(db, queue)],
  ['runs that turn late', (db) => lockLateRuns({ ...db, isTransaction: true }, now, 500)],
  ['expired pauses', (db) => lockExpiredPauses({ ...db, isTransaction: true }, now, 500)],
  ['schedules to plan', (db) => lockSchedulesToPlan({ ...db, isTransaction: true }, now, 20)],
]
test.for(searches)('history does not slow down the search for %s', async ([, search]) => {
  expect(await plansOf(search)).not.toContain('Seq Scan on flow_run')
})
