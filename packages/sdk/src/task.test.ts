import { expect, test } from 'vitest'
import { callFlow } from './call-flow.ts'
import { TimedOutError } from './errors.ts'
import { defineFlow } from './flow-definition.ts'
import { getLogger, runContext } from './run-context.ts'
import { task } from './task.ts'
import { defineTask, taskRetryDelaySeconds } from './task-definition.ts'
import { FLOW_ID, FLOW_RUN_ID, type FakeApi } from './testing/fake-api.test-support.ts'
import { withApi } from './testing/session.test-support.ts'
import type { TaskRunRecord, WireEvent } from './wire.ts'

function taskEvents(api: FakeApi): readonly WireEvent[] {
  return api.events.filter((event) => event.event.startsWith('prefect.task-run.'))
}

test('the events of a task that fails once are what the recorder of task runs needs', async () => {
  await withApi(async ({ session, api, host }) => {
    let tries = 0
    const load = task(
      { name: 'load', retries: 2, retryDelaySeconds: 4, tags: ['slow'], version: '9' },
      async (n: number) => {
        tries += 1
        if (tries === 1) throw new RangeError('too far')
        getLogger().info('loading')
        return n * 2
      },
    )
    const work = defineFlow({ name: 'work', tags: ['team'] }, async () => await load(21))
    expect(await callFlow(session, work, {})).toBe(42)
    expect(host.slept).toContain(4_000)

    const events = taskEvents(api)
    expect(events.map((event) => event.event.slice('prefect.task-run.'.length))).toEqual([
      'Pending',
      'Running',
      'AwaitingRetry',
      'Retrying',
      'Completed',
    ])
    const [pending, running, awaiting, retrying, completed] = events
    expect(events.map((event) => event.follows)).toEqual([null, pending?.id, running?.id, awaiting?.id, retrying?.id])
    expect(events.map((event) => event.occurred)).toEqual(events.map((event) => event.occurred).toSorted())
    expect(new Set(events.map((event) => event.resource['prefect.resource.id'])).size).toBe(1)

    expect(pending?.payload).toMatchObject({ intended: { from: null, to: 'PENDING' }, initial_state: null })
    expect(awaiting?.payload).toMatchObject({
      intended: { from: 'RUNNING', to: 'SCHEDULED' },
      initial_state: { type: 'RUNNING', name: 'Running', message: null, state_details: {} },
      validated_state: {
        type: 'SCHEDULED',
        name: 'AwaitingRetry',
        message: 'RangeError: too far',
        state_details: { scheduled_time: expect.stringMatching(/^2026-01-02T00:00:0\d\.\d{6}Z$/) as string },
        data: null,
      },
    })
    expect(completed?.resource).toMatchObject({
      'prefect.resource.id': expect.stringMatching(/^prefect\.task-run\.[0-9a-f-]{36}$/) as string,
      'prefect.resource.name': 'load-0',
      'prefect.run-count': '2',
      'prefect.state-name': 'Completed',
      'prefect.state-type': 'COMPLETED',
      'prefect.state-message': '',
      'prefect.state-timestamp': completed?.occurred,
      'prefect.orchestration': 'client',
    })
    expect(completed?.related).toEqual([
      {
        'prefect.resource.id': `prefect.flow-run.${FLOW_RUN_ID}`,
        'prefect.resource.role': 'flow-run',
        'prefect.resource.name': 'quick-fox',
      },
      {
        'prefect.resource.id': `prefect.flow.${FLOW_ID}`,
        'prefect.resource.role': 'flow',
        'prefect.resource.name': 'work',
      },
      { 'prefect.resource.id': 'prefect.tag.team', 'prefect.resource.role': 'tag' },
      { 'prefect.resource.id': 'prefect.tag.slow', 'prefect.resource.role': 'tag' },
    ])
    const record = completed?.payload['task_run'] as TaskRunRecord
    expect(record).toMatchObject({
      name: 'load-0',
      task_key: expect.stringMatching(/^load-[0-9a-f]{8}$/) as string,
      dynamic_key: expect.any(String) as string,
      task_version: '9',
      empirical_policy: { retries: 2, retry_delay: 4, retry_jitter_factor: null },
      tags: ['slow'],
      run_count: 2,
      flow_run_run_count: 1,
      expected_start_time: expect.any(String) as string,
      start_time: running?.occurred,
      end_time: completed?.occurred,
    })
    expect(record).not.toHaveProperty('id')
    expect(record).not.toHaveProperty('flow_run_id')
    expect(record.total_run_time).toBeGreaterThan(0)

    const line = api.logBatches.flat().find((log) => log.message === 'loading')
    expect(completed?.resource['prefect.resource.id']).toBe(`prefect.task-run.${line?.task_run_id}`)
    expect(line).toMatchObject({ name: 'prefect.task_runs', flow_run_id: FLOW_RUN_ID })
  })
})

test('a task out of retries throws its own error into the flow', async () => {
  await withApi(async ({ session, api }) => {
    const error = new Error('never works')
    const fail = task({ name: 'fail', retries: 1 }, () => Promise.reject(error))
    const caught: unknown[] = []
    const work = defineFlow({ name: 'work' }, async () => {
      await fail().catch((thrown: unknown) => caught.push(thrown))
    })
    await callFlow(session, work, {})
    expect(caught).toEqual([error])
    expect(taskEvents(api).at(-1)?.event).toBe('prefect.task-run.Failed')
    expect(api.run.state.type).toBe('COMPLETED')
  })
})

test('tasks without await between them run side by side, each with a run and a logger of its own', async () => {
  await withApi(async ({ session, api }) => {
    const bothStarted = Promise.withResolvers<void>()
    let started = 0
    const meet = task({ name: 'meet' }, async () => {
      started += 1
      if (started === 2) bothStarted.resolve()
      await bothStarted.promise
      return runContext()?.taskRun?.name
    })
    const work = defineFlow({ name: 'work' }, async () => await Promise.all([meet(), meet()]))
    expect(await callFlow(session, work, {})).toEqual(['meet-0', 'meet-1'])
    const keys = taskEvents(api).map((event) => (event.payload['task_run'] as TaskRunRecord).dynamic_key)
    expect(new Set(keys).size).toBe(2)
  })
})

test('a task over its time is Failed, named TimedOut', async () => {
  await withApi(async ({ session, api, host }) => {
    const slow = task({ name: 'slow', timeoutSeconds: 2 }, async () => {
      setImmediate(() => host.fire(2_000))
      await new Promise(() => undefined)
    })
    await expect(
      callFlow(
        session,
        defineFlow({ name: 'work' }, async () => await slow()),
        {},
      ),
    ).rejects.toThrow(TimedOutError)
    expect(taskEvents(api).at(-1)?.event).toBe('prefect.task-run.TimedOut')
  })
})

test('a cancelled run cancels the task it is in and starts no other', async () => {
  await withApi(async ({ session, api }) => {
    const wait = task({ name: 'wait' }, async () => {
      const { promise, reject } = Promise.withResolvers<never>()
      const signal = runContext()?.signal
      signal?.addEventListener('abort', () => reject(new Error('interrupted')))
      return await promise
    })
    const work = defineFlow({ name: 'work' }, async () => {
      await wait().catch(() => undefined)
      await wait()
    })
    const result = callFlow(session, work, {})
    await api.seen('LISTEN /events/out')
    await api.seen('EVENT prefect.task-run.Running')
    api.setState('CANCELLING', 'Cancelling')
    await expect(result).rejects.toThrow('The flow run was cancelled')
    expect(taskEvents(api).map((event) => event.event.slice('prefect.task-run.'.length))).toEqual([
      'Pending',
      'Running',
      'Cancelled',
    ])
  })
})

test('a task called outside of a flow runs, with its retries', async () => {
  let tries = 0
  const flaky = task({ name: 'flaky', retries: 1 }, async () => {
    tries += 1
    if (tries === 1) throw new Error('first')
    return tries
  })
  expect(await flaky()).toBe(2)
})

test.for([
  [1, 10],
  [2, 60],
  [5, 60],
] as const)('the delay before retry %i is %i s and up to half of it more', ([failures, seconds]) => {
  const definition = defineTask({ name: 't', retries: 9, retryDelaySeconds: [10, 60], retryJitterFactor: 0.5 }, '')
  expect(taskRetryDelaySeconds(definition, failures, 0)).toBe(seconds)
  expect(taskRetryDelaySeconds(definition, failures, 0.5)).toBe(seconds * 1.25)
})

test.for([
  [{ name: 'a/b' }, 'needs a name without'],
  [{ name: 't', retries: -1 }, 'retries of "t"'],
  [{ name: 't', retries: 1.5 }, 'retries of "t"'],
  [{ name: 't', retryDelaySeconds: [1, Number.NaN] }, 'retryDelaySeconds of "t"'],
  [{ name: 't', timeoutSeconds: -3 }, 'timeoutSeconds of "t"'],
] as const)('impossible options are refused when the task is defined: %j', ([options, message]) => {
  expect(() => task(options, () => undefined)).toThrow(message)
})
