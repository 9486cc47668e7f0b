import { addSeconds } from '@slipway/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { releaseSlots } from '../domain/limits/slots.ts'
import { createTestDatabase, type TestDatabase } from '../testing/database.ts'
import { addActiveSlots, lockLimits } from './deployment-slots.ts'
import { sql } from './sql.ts'

const workspace = '00000000-0000-4000-8000-000000000001'
const then = '2026-03-01T12:00:00.000000Z'
let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
  await database.db.query(sql`
    insert into workspace (id, account_id, name, created)
    values (${workspace}, ${workspace}, 'w', ${then})
  `)
})
afterAll(() => database.close())

/** What the statement says in SQL, domain/limits says in TypeScript. */
test.for([
  ['plain', { name: 'plain', decay: 0, average: 4 }],
  ['decaying', { name: 'decaying', decay: 0.25, average: 4 }],
  ['of a tag, long held', { name: 'tag:long', decay: 0, average: 900 }],
  ['hardly held', { name: 'short', decay: 0, average: 0.001 }],
] as const)('a limit that is %s counts alike in the database and here', async ([, { name, decay, average }]) => {
  const id = crypto.randomUUID()
  await database.db.query(sql`
    insert into concurrency_limit (id, workspace_id, created, updated, name, "limit", active_slots, denied_slots,
      slot_decay_per_second, avg_slot_occupancy_seconds, slots_updated)
    values (${id}, ${workspace}, ${then}, ${then}, ${name}, 20, 9, 12.5, ${decay}, ${average}, ${then})
  `)
  const now = addSeconds(then, 7.5)
  const change = async (slots: number, moment: string) =>
    await database.db.transaction(async (tx) => {
      const [before] = await lockLimits(tx, [id])
      await addActiveSlots(tx, [{ limit_id: id, slots }], moment)
      const [after] = await lockLimits(tx, [id])
      return { before, after }
    })
  const { before, after } = await change(-2, now)
  const expected = before === undefined ? null : releaseSlots(before, { slots: 2, now, occupancy_seconds: null })
  expect(after?.active_slots).toBeCloseTo(expected?.active_slots ?? NaN, 9)
  expect(after?.denied_slots).toBeCloseTo(expected?.denied_slots ?? NaN, 9)
  expect(after?.slots_updated).toBe(now)
  // A clock that is behind takes nothing away, and nothing goes below nought.
  expect((await change(-100, then)).after?.active_slots).toBe(0)
})
