import { expect, test } from 'vitest'
import { callFlow } from './call-flow.ts'
import { readConfig } from './config.ts'
import { InterruptedError, RunFailedError, TimedOutError } from './errors.ts'
import { defineFlow } from './flow-definition.ts'
import { flow } from './flow.ts'
import { getLogger, runContext } from './run-context.ts'
import { createSession } from './session.ts'
import { Failed } from './states.ts'
import { LEASE_ID, RETRY_MS, proposal, proposalReply } from './testing/fake-api.test-support.ts'
import { withApi } from './testing/session.test-support.ts'
import { createTestHost } from './testing/test-host.test-support.ts'

const PROPOSE = 'POST /flow_runs/:id/set_state'

/** Everything but what goes on beside the run at its own pace. */
function mainLine(calls: readonly string[]): readonly string[] {
  return calls.filter((call) => !/EVENT|\/events/.test(call))
}

function until(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>()
  signal.addEventListener('abort', () => reject(signal.reason as Error))
  return promise
}

test('a run is created, started, and completed after its logs have arrived', async () => {
  await withApi(async ({ session, api }) => {
    const greet = defineFlow({ name: 'greet', version: '3', tags: ['t'] }, (parameters) => {
      getLogger().info('hello %j', parameters)
      return 42
    })
    expect(await callFlow(session, greet, { name: 'bob' })).toBe(42)
    expect(mainLine(api.calls)).toEqual([
      'POST /flows/',
      'POST /flow_runs/',
      `${PROPOSE} RUNNING`,
      'POST /logs/',
      `${PROPOSE} COMPLETED`,
      'POST /logs/',
    ])
    expect(api.run).toMatchObject({
      parameters: { name: 'bob' },
      flow_version: '3',
      tags: ['t'],
      empirical_policy: { retries: 0 },
    })
    expect(api.logBatches.flat().map((line) => [line.name, line.level, line.message])).toEqual([
      ['prefect.flow_runs', 20, 'Flow "greet" starts'],
      ['prefect.flow_runs', 20, 'hello {"name":"bob"}'],
      ['prefect.flow_runs', 20, 'Finished in state Completed'],
    ])
    expect(api.events.map((event) => event.event)).toEqual(['prefect.flow-run.heartbeat'])
  })
})

test('a failure is reported with the error, its stack goes into the log, and the caller gets the error itself', async () => {
  await withApi(async ({ session, api }) => {
    const error = new TypeError('out of cheese')
    const failing = defineFlow({ name: 'f' }, () => Promise.reject(error))
    await expect(callFlow(session, failing, {})).rejects.toBe(error)
    expect(api.run.state).toMatchObject({ type: 'FAILED', name: 'Failed', message: 'TypeError: out of cheese' })
    expect(api.logBatches.flat().find((line) => line.level === 40)?.message).toContain('engine.test.ts')
  })
})

test('the server decides that a failure is tried again, in the same process and with a new transition', async () => {
  await withApi(async ({ session, api, host }) => {
    const seen: unknown[] = []
    const flaky = defineFlow({ name: 'f', retries: 2, retryDelaySeconds: 0.5 }, () => {
      seen.push(runContext()?.flowRun.runCount)
      if (seen.length < 3) throw new Error(`try ${seen.length}`)
      return 'done'
    })
    expect(await callFlow(session, flaky, {})).toBe('done')
    expect(seen).toEqual([1, 2, 3])
    expect(api.run.empirical_policy).toMatchObject({ retries: 2, retry_delay: 1 })
    expect(api.proposals.map((state) => state.name)).toEqual([
      'Running',
      'Failed',
      'Retrying',
      'Failed',
      'Retrying',
      'Completed',
    ])
    expect(new Set(api.proposals.map((state) => state.state_details.transition_id)).size).toBe(6)
    expect(host.slept.filter((ms) => Math.round(ms / 1_000) === RETRY_MS / 1_000)).toHaveLength(2)
  })
})

test('without retries left the failure stands', async () => {
  await withApi(async ({ session, api }) => {
    const failing = defineFlow({ name: 'f', retries: 1 }, () => Promise.reject(new Error('no')))
    await expect(callFlow(session, failing, {})).rejects.toThrow('no')
    expect(api.proposals.map((state) => state.name)).toEqual(['Running', 'Failed', 'Retrying', 'Failed'])
  })
})

test('ABORT: the flow is not executed and no state is proposed any more', async () => {
  await withApi(async ({ session, api }) => {
    api.answerOnce(
      proposal('RUNNING'),
      proposalReply('ABORT', { type: 'RUNNING', name: 'Running' }, { reason: 'Another container runs it.' }),
    )
    let executed = false
    const never = defineFlow({ name: 'f' }, () => (executed = true))
    await expect(callFlow(session, never, {})).rejects.toThrow('Another container runs it.')
    expect(executed).toBe(false)
    expect(api.proposals).toHaveLength(1)
  })
})

test('REJECT with a terminal state: the flow is not executed', async () => {
  await withApi(async ({ session, api }) => {
    api.answerOnce(
      proposal('RUNNING'),
      proposalReply('REJECT', { type: 'CANCELLED', name: 'Cancelled', message: 'slot lost' }, {}),
    )
    const never = defineFlow({ name: 'f' }, () => expect.unreachable())
    await expect(callFlow(session, never, {})).rejects.toThrow(
      new RunFailedError('The flow run is Cancelled: slot lost', 'CANCELLED'),
    )
    expect(api.proposals).toHaveLength(1)
  })
})

test('REJECT with a scheduled state: waits for its time and asks again', async () => {
  await withApi(async ({ session, api, host }) => {
    const later = { type: 'SCHEDULED', state_details: { scheduled_time: '2026-01-03T00:00:20.000000Z' } } as const
    api.answerOnce(proposal('RUNNING'), proposalReply('REJECT', later, { reason: 'Not yet' }))
    expect(
      await callFlow(
        session,
        defineFlow({ name: 'f' }, () => 1),
        {},
      ),
    ).toBe(1)
    expect(host.slept).toContain(20_000)
    expect(api.proposals.map((state) => state.name)).toEqual(['Running', 'Running', 'Completed'])
  })
})

test('WAIT: sleeps as long as told and proposes the same transition again', async () => {
  await withApi(async ({ session, api, host }) => {
    api.answerOnce(
      proposal('RUNNING'),
      proposalReply('WAIT', { type: 'SCHEDULED' }, { delay_seconds: 7, reason: 'Scheduled time is in the future' }),
    )
    await callFlow(
      session,
      defineFlow({ name: 'f' }, () => 1),
      {},
    )
    expect(host.slept[0]).toBe(7_000)
    const [first, second] = api.proposals
    expect(second?.state_details.transition_id).toBe(first?.state_details.transition_id)
  })
})

test('503 and then an answer: the same proposal is sent again, with the same transition_id', async () => {
  await withApi(async ({ session, api, host }) => {
    api.answerOnce(proposal('RUNNING'), { status: 503, headers: { 'retry-after': '3' } })
    expect(
      await callFlow(
        session,
        defineFlow({ name: 'f' }, () => 1),
        {},
      ),
    ).toBe(1)
    expect(host.slept[0]).toBe(3_000)
    const [first, second] = api.proposals
    expect(second).toEqual(first)
  })
})

test('a lost answer: the repetition is rejected as already made, and the run goes on', async () => {
  await withApi(async ({ session, api }) => {
    api.answerOnce(proposal('RUNNING'), 'hang-up')
    api.answerOnce(proposal('COMPLETED'), 'hang-up')
    expect(
      await callFlow(
        session,
        defineFlow({ name: 'f' }, () => 1),
        {},
      ),
    ).toBe(1)
    expect(api.proposals.map((state) => state.type)).toEqual(['RUNNING', 'RUNNING', 'COMPLETED', 'COMPLETED'])
    expect(api.run).toMatchObject({ run_count: 1, state: { type: 'COMPLETED' } })
  })
})

test('a cancellation aborts the signal of the flow and is confirmed', async () => {
  await withApi(async ({ session, api }) => {
    const waiting = defineFlow({ name: 'f' }, async () => await until(runContext()?.signal ?? AbortSignal.abort()))
    const result = callFlow(session, waiting, {})
    await api.seen('LISTEN /events/out')
    api.setState('CANCELLING', 'Cancelling')
    await expect(result).rejects.toThrow(new InterruptedError('cancelled', 'The flow run was cancelled'))
    expect(api.run.state).toMatchObject({ type: 'CANCELLED', message: 'The flow run was cancelled' })
  })
})

test('a cancelled flow that ignores its signal is given up on after five seconds', async () => {
  await withApi(async ({ session, api, host }) => {
    const asked = Promise.withResolvers<void>()
    const deaf = defineFlow({ name: 'f' }, async () => {
      runContext()?.signal.addEventListener('abort', () => asked.resolve())
      await new Promise(() => undefined)
    })
    const result = callFlow(session, deaf, {})
    await api.seen('LISTEN /events/out')
    api.setState('CANCELLING', 'Cancelling')
    await asked.promise
    expect(host.fire(5_000)).toBe(1)
    await expect(result).rejects.toThrow('The flow run was cancelled')
    expect(api.run.state.type).toBe('CANCELLED')
  })
})

test('a cancellation is learned by REST when there is no websocket', async () => {
  await withApi(async ({ session, api }) => {
    api.refuseSockets()
    const waiting = defineFlow({ name: 'f' }, async () => {
      api.setState('CANCELLING', 'Cancelling')
      return await until(runContext()?.signal ?? AbortSignal.abort())
    })
    await expect(callFlow(session, waiting, {})).rejects.toThrow('The flow run was cancelled')
    expect(api.run.state.type).toBe('CANCELLED')
  })
})

test('a flow that returns although it was cancelled ends Cancelled', async () => {
  await withApi(async ({ session, api }) => {
    const late = defineFlow({ name: 'f' }, () => api.setState('CANCELLING', 'Cancelling'))
    await expect(callFlow(session, late, {})).rejects.toThrow('The flow run is Cancelled')
    expect(api.proposals.map((state) => state.type)).toEqual(['RUNNING', 'COMPLETED', 'CANCELLED'])
  })
})

test('a run that the server ended is left alone', async () => {
  await withApi(async ({ session, api }) => {
    const waiting = defineFlow({ name: 'f' }, async () => await until(runContext()?.signal ?? AbortSignal.abort()))
    const result = callFlow(session, waiting, {})
    await api.seen('LISTEN /events/out')
    api.setState('CRASHED', 'Crashed')
    await expect(result).rejects.toThrow('The flow run was set to Crashed elsewhere')
    expect(api.proposals.map((state) => state.type)).toEqual(['RUNNING'])
  })
})

test('Ctrl-C in a program that called a flow ends the run Crashed', async () => {
  await withApi(async ({ session, api, host }) => {
    const waiting = defineFlow({ name: 'f' }, async () => await until(runContext()?.signal ?? AbortSignal.abort()))
    const result = callFlow(session, waiting, {})
    await api.seen('LISTEN /events/out')
    host.terminate('SIGINT')
    await expect(result).rejects.toThrow('The program was stopped (SIGINT)')
    expect(api.run.state.type).toBe('CRASHED')
  })
})

test('a flow over its time is Failed, named TimedOut', async () => {
  await withApi(async ({ session, api, host }) => {
    const slow = defineFlow({ name: 'f', timeoutSeconds: 3 }, async () => {
      setImmediate(() => host.fire(3_000))
      return await until(runContext()?.signal ?? AbortSignal.abort())
    })
    await expect(callFlow(session, slow, {})).rejects.toThrow(TimedOutError)
    expect(api.run.state).toMatchObject({ type: 'FAILED', name: 'TimedOut' })
  })
})

test('a flow may return the state it ends in', async () => {
  await withApi(async ({ session, api }) => {
    const choosy = defineFlow({ name: 'f' }, () => Failed({ name: 'NoData', message: 'nothing to load' }))
    await expect(callFlow(session, choosy, {})).rejects.toThrow('The flow run is NoData: nothing to load')
    expect(api.run.state).toMatchObject({ type: 'FAILED', name: 'NoData' })
  })
})

test('the concurrency slot of the deployment is renewed, and a run that lost it crashes', async () => {
  await withApi(async ({ session, api }) => {
    api.run.state = { ...api.run.state, state_details: { deployment_concurrency_lease_id: LEASE_ID } }
    api.answerOnce(`POST /v2/concurrency_limits/leases/${LEASE_ID}/renew`, {
      status: 410,
      body: { detail: 'Lease not found' },
    })
    const waiting = defineFlow({ name: 'f' }, async () => await until(runContext()?.signal ?? AbortSignal.abort()))
    await expect(callFlow(session, waiting, {})).rejects.toThrow('slot of the deployment was lost')
    expect(api.run.state.type).toBe('CRASHED')
  })
})

test('a sub-flow is a run of its own under a task run of its parent', async () => {
  await withApi(async ({ session, api }) => {
    const child = flow({ name: 'child' }, async ({ n }: { n: number }) => n + 1)
    const parent = defineFlow({ name: 'parent' }, async () => {
      // The fake knows one run only: it starts again as the child's.
      const value = await child({ n: 1 })
      api.setState('RUNNING', 'Running')
      return value
    })
    expect(await callFlow(session, parent, {})).toBe(2)
    const created = mainLine(api.calls).filter((call) => !call.includes('/logs/'))
    expect(created).toEqual([
      'POST /flows/',
      'POST /flow_runs/',
      `${PROPOSE} RUNNING`,
      'POST /flows/',
      'POST /task_runs/',
      'POST /flow_runs/',
      `${PROPOSE} RUNNING`,
      `${PROPOSE} COMPLETED`,
      `${PROPOSE} COMPLETED`,
    ])
    expect(api.run).toMatchObject({ parent_task_run_id: expect.any(String) as string })
  })
})

test('parameters that JSON cannot carry are refused before anything is created', async () => {
  await withApi(async ({ session, api }) => {
    const never = defineFlow({ name: 'f' }, () => expect.unreachable())
    await expect(callFlow(session, never, [1])).rejects.toThrow('must be an object')
    await expect(callFlow(session, never, { text: 'x'.repeat(600_000) })).rejects.toThrow('524288 are allowed')
    await expect(callFlow(session, never, { n: 1n })).rejects.toThrow(TypeError)
    expect(api.calls).toEqual([])
  })
})

test('without a server a flow runs the same way, retries and sub-flows included, and prints', async () => {
  const host = createTestHost({})
  const session = createSession(host, readConfig({}))
  let tries = 0
  const child = flow({ name: 'child' }, async () => 'from the child')
  const parent = defineFlow({ name: 'parent', retries: 1, retryDelaySeconds: 5 }, async () => {
    tries += 1
    if (tries === 1) throw new Error('first')
    return await child()
  })
  expect(await callFlow(session, parent, {})).toBe('from the child')
  expect(Math.round((host.slept[0] ?? 0) / 1_000)).toBe(5)
  expect(host.printed.filter((line) => line.includes('Finished'))).toHaveLength(2)
})
