import { randomUUID } from 'node:crypto'
import type {
  ConcurrencyLimit,
  ConcurrencyLimitWithLeaseResponse,
  GlobalConcurrencyLimitResponse,
} from '@slipway/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { leaseReaper } from '../../services/lease-reaper.ts'
import { sql } from '../../store/sql.ts'
import { createTestServer, type TestServer } from '../../testing/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await createTestServer()
})
afterAll(() => server.close())

const V2 = '/v2/concurrency_limits'
const V1 = '/concurrency_limits'

async function create(name: string, limit: number, rest: object = {}): Promise<void> {
  expect((await server.call('POST', `${V2}/`, { name, limit, ...rest })).status).toBe(201)
}

async function activeSlots(name: string): Promise<number> {
  return (await server.call<GlobalConcurrencyLimitResponse>('GET', `${V2}/${name}`)).body.active_slots
}

const increment = (names: readonly string[], rest: object = {}) =>
  server.call('POST', `${V2}/increment`, { names, slots: 1, ...rest })
const decrement = (names: readonly string[], rest: object = {}) =>
  server.call('POST', `${V2}/decrement`, { names, slots: 1, ...rest })
const lease = (names: readonly string[], rest: object = {}) =>
  server.call<ConcurrencyLimitWithLeaseResponse>('POST', `${V2}/increment-with-lease`, { names, slots: 1, ...rest })

describe('global limits', () => {
  test('are created once, read by id or name, changed, listed and deleted', async () => {
    const { body } = await server.call<GlobalConcurrencyLimitResponse>('POST', `${V2}/`, { name: 'db', limit: 2 })
    expect(body).toMatchObject({ denied_slots: 0, avg_slot_occupancy_seconds: 2, active: true })
    expect((await server.call('POST', `${V2}/`, { name: 'db', limit: 2 })).status).toBe(409)
    expect((await server.call('GET', `${V2}/${body.id}`)).body).toMatchObject({ name: 'db', limit: 2 })
    expect((await server.call('PATCH', `${V2}/db`, { limit: 3, active: false })).status).toBe(204)
    expect((await server.call('PATCH', `${V2}/db`, { limit: null })).status).toBe(409)
    const { body: list } = await server.call<GlobalConcurrencyLimitResponse[]>('POST', `${V2}/filter`, {})
    expect(list.map(({ name, limit, active }) => [name, limit, active])).toEqual([['db', 3, false]])
    expect((await server.call('DELETE', `${V2}/${body.id}`)).status).toBe(204)
    const gone = { status: 404, body: { detail: 'Concurrency Limit not found' } }
    expect(await server.call('DELETE', `${V2}/db`)).toEqual(gone)
    expect(await server.call('PATCH', `${V2}/db`, { limit: 1 })).toEqual(gone)
    expect(await server.call('GET', `${V2}/db`)).toEqual(gone)
  })

  test('are taken together or not at all; unknown names are left out, inactive ones count nothing', async () => {
    await create('all-a', 2)
    await create('all-b', 1)
    await create('all-off', 1, { active: false })
    const names = ['all-a', 'all-b', 'all-off', 'nobody']
    const taken = await increment(names)
    expect(taken).toMatchObject({
      status: 200,
      body: expect.arrayContaining([expect.objectContaining({ name: 'all-a' })]),
    })
    expect(await increment(names)).toEqual({ status: 423, body: { detail: 'Locked' } })
    expect(await Promise.all(['all-a', 'all-b', 'all-off'].map(activeSlots))).toEqual([1, 1, 0])
    expect((await decrement(names)).status).toBe(200)
    expect((await decrement(names)).status).toBe(200)
    expect(await Promise.all(['all-a', 'all-b'].map(activeSlots))).toEqual([0, 0])
    expect(await increment(['nobody'])).toEqual({ status: 200, body: [] })
  })

  test('tell when to come back, later the more were turned away', async () => {
    await create('busy', 1)
    await increment(['busy'])
    const retryAfter = async () => {
      const answer = await server.app.inject({
        method: 'POST',
        url: `/api${V2}/increment`,
        headers: { host: '127.0.0.1:4200' },
        payload: { names: ['busy'], slots: 1 },
      })
      expect(answer.statusCode).toBe(423)
      return Number(answer.headers['retry-after'])
    }
    const first = await retryAfter()
    expect(first).toBeGreaterThan(2 * 0.7 - 0.01)
    for (let denied = 0; denied < 8; denied += 1) await retryAfter()
    const last = await retryAfter()
    expect(last).toBeGreaterThan(first)
    expect(last).toBeLessThanOrEqual(30 * 1.3)
  })

  test('with decay free themselves', async () => {
    await create('rate', 2, { slot_decay_per_second: 0.5 })
    await create('lasting', 2)
    expect((await increment(['rate'], { slots: 2, mode: 'rate_limit' })).status).toBe(200)
    expect((await increment(['rate'], { mode: 'rate_limit' })).status).toBe(423)
    server.clock.advance(1)
    expect((await increment(['rate'], { mode: 'rate_limit' })).status).toBe(423)
    server.clock.advance(1.1)
    expect((await increment(['rate'], { mode: 'rate_limit' })).status).toBe(200)
    expect(await activeSlots('rate')).toBe(2)
    expect((await server.call('PATCH', `${V2}/rate`, { active_slots: 0 })).status).toBe(204)
    expect(await activeSlots('rate')).toBe(0)
    expect(await increment(['rate', 'lasting'], { mode: 'rate_limit' })).toMatchObject({ status: 422 })
    expect(await increment(['lasting'], { slots: 3 })).toEqual({
      status: 422,
      body: { detail: 'Slots requested is greater than the limit' },
    })
  })

  test('fifty at once never take more than there are', async () => {
    await create('wide', 7)
    await create('narrow', 5)
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) => increment(index % 2 === 0 ? ['wide', 'narrow'] : ['narrow', 'wide'])),
    )
    const statuses = answers.map(({ status }) => status)
    expect(statuses.filter((status) => status === 200)).toHaveLength(5)
    expect(statuses.filter((status) => status === 423)).toHaveLength(45)
    expect(await Promise.all(['wide', 'narrow'].map(activeSlots))).toEqual([5, 5])
  })
})

describe('leases', () => {
  test('hold slots until they are given back, which may be said twice', async () => {
    await create('leased', 1)
    const { body } = await lease(['leased', 'nobody'])
    expect(body.limits).toEqual([{ id: expect.any(String), name: 'leased', limit: 1 }])
    expect((await lease(['leased'])).status).toBe(423)
    for (let time = 0; time < 2; time += 1) {
      const answer = await server.call('POST', `${V2}/decrement-with-lease`, { lease_id: body.lease_id })
      expect(answer.status).toBe(204)
      expect(await activeSlots('leased')).toBe(0)
    }
    expect(await lease(['nobody'])).toMatchObject({ status: 200, body: { limits: [] } })
  })

  test('live as long as they are renewed; then their slots are free', async () => {
    await create('renewed', 2)
    const first = (await lease(['renewed'], { lease_duration: 60 })).body.lease_id
    const second = (await lease(['renewed'], { lease_duration: 60 })).body.lease_id
    const renew = (id: string) => server.call('POST', `${V2}/leases/${id}/renew`, { lease_duration: 60 })
    server.clock.advance(50)
    expect((await renew(first)).status).toBe(204)
    server.clock.advance(20)
    expect(await renew(second)).toEqual({
      status: 410,
      body: { detail: 'Lease not found - it may have expired or been revoked' },
    })
    await Promise.all([leaseReaper.runOnce(server.ctx), leaseReaper.runOnce(server.ctx)])
    expect(await activeSlots('renewed')).toBe(1)
    expect((await renew(first)).status).toBe(204)
    server.clock.advance(61)
    expect(await leaseReaper.runOnce(server.ctx)).toBe('idle')
    expect(await activeSlots('renewed')).toBe(0)
    expect((await renew('not-a-uuid')).status).toBe(422)
  })

  test('given back by many at once free each slot once', async () => {
    await create('crowd', 20)
    const ids = await Promise.all(Array.from({ length: 20 }, async () => (await lease(['crowd'])).body.lease_id))
    await Promise.all(
      [...ids.slice(0, 10), ...ids.slice(0, 10)].map((lease_id) =>
        server.call('POST', `${V2}/decrement-with-lease`, { lease_id }),
      ),
    )
    expect(await activeSlots('crowd')).toBe(10)
  })

  test('teach how long a slot is held', async () => {
    await create('learning', 1)
    const { lease_id } = (await lease(['learning'])).body
    server.clock.advance(12)
    await server.call('POST', `${V2}/decrement-with-lease`, { lease_id })
    const [row] = await server.database.db.query<{ avg_slot_occupancy_seconds: number }>(
      sql`select avg_slot_occupancy_seconds from concurrency_limit where name = 'learning'`,
    )
    expect(row?.avg_slot_occupancy_seconds).toBeCloseTo(7, 2)
  })
})

describe('limits of task tags', () => {
  const a = randomUUID()
  const b = randomUUID()
  const save = (tag: string, concurrency_limit: number) =>
    server.call<ConcurrencyLimit>('POST', `${V1}/`, { tag, concurrency_limit })
  const holders = async (tag: string) =>
    (await server.call<ConcurrencyLimit>('GET', `${V1}/tag/${encodeURIComponent(tag)}`)).body.active_slots
  const take = (names: readonly string[], task_run_id: string) =>
    server.call('POST', `${V1}/increment`, { names, task_run_id })
  const giveBack = (names: readonly string[], task_run_id: string) =>
    server.call('POST', `${V1}/decrement`, { names, task_run_id })

  test('are global limits with a prefix, and saving one again changes it', async () => {
    const { status, body } = await save('tag a/b', 1)
    expect(status).toBe(201)
    expect(await save('tag a/b', 3)).toMatchObject({ status: 200, body: { id: body.id, concurrency_limit: 3 } })
    expect((await server.call('GET', `${V2}/${body.id}`)).body).toMatchObject({ name: 'tag:tag a/b', limit: 3 })
    expect((await server.call('GET', `${V1}/${body.id}`)).body).toMatchObject({ tag: 'tag a/b' })
    const { body: list } = await server.call<ConcurrencyLimit[]>('POST', `${V1}/filter`, { limit: 5 })
    expect(list.map(({ tag }) => tag)).toEqual(['tag a/b'])
    expect(await server.call('DELETE', `${V1}/${body.id}`)).toEqual({ status: 200, body: null })
    expect(await server.call('DELETE', `${V1}/tag/x`)).toEqual({
      status: 404,
      body: { detail: 'Concurrency limit not found' },
    })
  })

  test('are held by task runs', async () => {
    const { body } = await save('one', 1)
    expect(await take(['one', 'nobody'], a)).toEqual({ status: 200, body: [{ id: body.id, name: 'one', limit: 1 }] })
    const full = { status: 423, body: { detail: 'Concurrency limit for the one tag has been reached' } }
    expect(await take(['one'], b)).toEqual(full)
    expect(await take(['one'], a)).toEqual(full)
    expect(await holders('one')).toEqual([a])
    const named = [{ id: body.id, name: 'tag:one', limit: 1 }]
    expect(await giveBack(['one'], b)).toEqual({ status: 200, body: named })
    expect(await holders('one')).toEqual([a])
    expect(await giveBack(['one', 'nobody'], a)).toEqual({ status: 200, body: named })
    expect(await holders('one')).toEqual([])
  })

  test('of nought refuse everybody', async () => {
    await save('closed', 0)
    expect(await take(['closed'], a)).toMatchObject({ status: 423, body: { detail: expect.stringContaining('is 0') } })
  })

  test('are taken by newer clients with a lease, which older ones see', async () => {
    await save('shared', 1)
    const { lease_id } = (await lease(['tag:shared'], { holder: { type: 'task_run', id: b } })).body
    expect(await holders('shared')).toEqual([b])
    expect((await take(['shared'], a)).status).toBe(423)
    await server.call('POST', `${V2}/decrement-with-lease`, { lease_id })
    expect((await take(['shared'], a)).status).toBe(200)
  })

  test('are reset, to nobody or to some', async () => {
    await save('reset', 2)
    await take(['reset'], a)
    const path = `${V1}/tag/reset/reset`
    expect(await server.call('POST', path, { slot_override: [a, b, randomUUID()] })).toEqual({
      status: 200,
      body: null,
    })
    expect(await holders('reset')).toEqual([a, b, expect.any(String)])
    expect(await activeSlots('tag:reset')).toBe(2)
    await server.call('POST', path, {})
    expect(await holders('reset')).toEqual([])
    expect(await activeSlots('tag:reset')).toBe(0)
    expect((await server.call('POST', `${V1}/tag/nobody/reset`, {})).status).toBe(404)
  })

  test('fifty task runs at once never hold more than there are, in whatever order they name tags', async () => {
    await save('many-a', 4)
    await save('many-b', 6)
    const ids = Array.from({ length: 50 }, () => randomUUID())
    const tags = ['many-a', 'many-b']
    const answers = await Promise.all(ids.map((id, index) => take(index % 2 === 0 ? tags : tags.toReversed(), id)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(4)
    await Promise.all(ids.map((id) => giveBack(tags, id)))
    expect([await activeSlots('tag:many-a'), await activeSlots('tag:many-b')]).toEqual([0, 0])
  })
})
