import { afterAll, beforeAll, expect, test } from 'vitest'
import { PROBES, type ProbeName } from '@slipway/server'
import { makeDeployment } from '../support/cloud-run-pool.ts'
import { eventually } from '../support/eventually.ts'
import { arm, createFaultStage, type FaultStage, onceEach, type Outcome, waitUntilKilled } from './fault-stage.ts'
import type { Fault } from './server-under-fault.ts'

let stage: FaultStage
beforeAll(async () => {
  stage = await createFaultStage()
})
afterAll(async () => {
  await stage.close()
})

/** Probes that a run does not pass by itself; they have tests of their own below. */
const ELSEWHERE: readonly ProbeName[] = ['scheduler.planned', 'server.listening']
const STEPS = PROBES.filter((probe) => !ELSEWHERE.includes(probe))

async function runThrough(fault: Fault, count = 1): Promise<Outcome> {
  const server = stage.server()
  await arm(server, fault)
  const order = stage.order(count)
  await waitUntilKilled(server, fault)
  await stage.restart()
  return await stage.outcome(await order.settle())
}

test.for(STEPS)('the server alone is killed at %s', async (probe) => {
  expect(await runThrough({ probe, hit: 1, with_postgres: false })).toEqual(onceEach(1))
})

test.for(STEPS)('the server is killed together with its PostgreSQL at %s', async (probe) => {
  expect(await runThrough({ probe, hit: 1, with_postgres: true })).toEqual(onceEach(1))
})

// The first state that a container reports is Running, the second Completed.
test.for(['set-state.before-commit', 'set-state.after-commit'] as const)(
  'the server is killed at %s of Completed',
  async (probe) => {
    expect(await runThrough({ probe, hit: 2, with_postgres: false })).toEqual(onceEach(1))
  },
)

test.for([
  ['claim.after-commit', 1],
  ['submission.before-call', 2],
  ['submission.after-call', 2],
  ['submission.recorded', 3],
] as const)('three runs are on their way when the server is killed at %s, hit %i', async ([probe, hit]) => {
  expect(await runThrough({ probe, hit, with_postgres: false }, 3)).toEqual(onceEach(3))
})

test.for([
  ['claim.after-commit', 'submission.before-call'],
  ['submission.before-call', 'submission.after-call'],
  ['submission.after-call', 'submission.before-record'],
] as const)('the server is killed at %s, and the next one at %s', async ([first, second]) => {
  const fault: Fault = { probe: first, hit: 1, with_postgres: false }
  await arm(stage.server(), fault)
  const order = stage.order(1)
  await waitUntilKilled(stage.server(), fault)
  await stage.startAndDie({ probe: second, hit: 1, with_postgres: false })
  await stage.restart()
  expect(await stage.outcome(await order.settle())).toEqual(onceEach(1))
})

test('the server is killed as soon as it listens', async () => {
  await stage.server().kill()
  await stage.startAndDie({ probe: 'server.listening', hit: 1, with_postgres: true })
  await stage.restart()
  expect(await stage.outcome(await stage.order(1).settle())).toEqual(onceEach(1))
})

test.for([
  ['a reset connection', { when: 'reset' }],
  ['503 after the job was created', { when: 'after', status: 503 }],
  ['half an answer', { when: 'truncate' }],
] as const)('the answer is lost by %s, and the server is killed before it records that', async ([, how]) => {
  await stage.emulator.fail({ method: 'POST', match: '/jobs\\?', ...how })
  expect(await runThrough({ probe: 'submission.before-record', hit: 1, with_postgres: false })).toEqual(onceEach(1))
})

test('the cloud creates the job, never answers, and the server is killed while it waits', async () => {
  await stage.emulator.fail({ method: 'POST', match: '/jobs\\?', when: 'hang' })
  const order = stage.order(1)
  const [id = ''] = await order.settle()
  await eventually(async () => (await stage.emulator.starts(id)) === 1, { what: 'the container to start' })
  await stage.server().kill()
  await stage.restart()
  expect(await stage.outcome([id])).toEqual(onceEach(1))
})

test.for([false, true])(
  'a schedule is planned once when the server is killed while planning, with PostgreSQL: %s',
  async (with_postgres) => {
    const fault: Fault = { probe: 'scheduler.planned', hit: 1, with_postgres }
    const server = stage.server()
    await arm(server, fault)
    const schedule = { interval: 3_600, anchor_date: '2020-01-01T00:00:00Z', timezone: 'UTC' }
    const { id } = await makeDeployment(stage.client, {
      name: `scheduled-${with_postgres}`,
      schedules: [{ active: true, schedule }],
    })
    await waitUntilKilled(server, fault)
    await stage.restart()
    const times = await eventually(
      async () => {
        const runs = await stage.client.post<{ expected_start_time: string }[]>('/flow_runs/filter', {
          deployments: { id: { any_: [id] } },
        })
        return runs.length >= 3 ? runs.map(({ expected_start_time }) => expected_start_time) : null
      },
      { what: 'the schedule to be planned' },
    )
    expect(new Set(times).size).toBe(times.length)
    await stage.client.call('DELETE', `/deployments/${id}`)
  },
)

test('no job is left in the cloud', async () => {
  // A server looks for what is over when it starts.
  await stage.server().stop()
  await stage.restart()
  await expect.poll(() => stage.emulator.executions(), { timeout: 45_000 }).toEqual([])
})
