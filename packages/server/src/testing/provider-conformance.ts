import { randomUUID } from 'node:crypto'
import type { JsonObject } from '@slipway/contract'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { FrozenRequest, Provider, RenderInput, SubmitOutcome } from '../providers/provider.ts'

/** What an emulator of a cloud can be asked to do, in words that fit every cloud. */
export interface CloudHarness {
  readonly provider: Provider
  readonly pool_type: string
  readonly credentials: JsonObject
  /** Resolved job configuration that works; containers run until they are told to end. */
  readonly configuration: JsonObject
  /** Containers started so far. */
  starts(): Promise<number>
  /** The next submission call meets this once: refused before it is carried out, or carried out and the answer lost. */
  failNextSubmit(how: SubmitFailure): Promise<void>
  /** Takes a permission that submitting needs away from the credentials. */
  revokePermission(): Promise<void>
  /** The key is no longer accepted. */
  revokeKey(): Promise<void>
  /** Ends the container of a submission. */
  finish(request: FrozenRequest, exit_code: number): Promise<void>
  /** Back to an empty cloud in which everything works. */
  reset(): Promise<void>
  close(): Promise<void>
}

export type SubmitFailure =
  | 'throttled'
  | 'unavailable-before'
  | 'unavailable-after'
  | 'reset-after'
  | 'hang-after'
  | 'html-after'
  | 'truncated-after'

const LOST: readonly SubmitFailure[] = [
  'unavailable-after',
  'reset-after',
  'hang-after',
  'html-after',
  'truncated-after',
]
/** Short: a hanging call must end by its deadline, and a test should not wait for the real one. */
const DEADLINE_MS = 1_500

/** What every provider has to guarantee. A new one passes this suite against its emulator, and nothing else is asked of it. */
export function describeProvider(name: string, open: () => Promise<CloudHarness>): void {
  describe(`${name} provider`, () => {
    let cloud: CloudHarness
    beforeAll(async () => {
      cloud = await open()
    })
    beforeEach(() => cloud.reset())
    afterAll(() => cloud.close())

    const render = (overrides: Partial<RenderInput> = {}): FrozenRequest => {
      const outcome = cloud.provider.render({ ...inputFor(cloud), ...overrides })
      if (outcome.kind !== 'rendered') throw new Error(outcome.fault.message)
      return outcome.request
    }
    const call = () => ({ credentials: cloud.credentials, signal: AbortSignal.timeout(DEADLINE_MS) })
    const submit = (request: FrozenRequest): Promise<SubmitOutcome> => cloud.provider.submit(call(), request)

    test('rendering is deterministic: the same input gives the same bytes', () => {
      const input = inputFor(cloud)
      expect(JSON.stringify(cloud.provider.render(input))).toBe(JSON.stringify(cloud.provider.render(input)))
    })

    test('a submission starts one container', async () => {
      const outcome = await submit(render())
      expect(outcome).toMatchObject({ kind: 'accepted', adopted: false })
      await startedOnce()
    })

    test('an identical resend adopts what is there', async () => {
      const request = render()
      await submit(request)
      expect(await submit(request)).toMatchObject({ kind: 'accepted', adopted: true })
      await startedOnce()
    })

    test('eight submitters at once start one container', async () => {
      const request = render()
      const outcomes = await Promise.all(Array.from({ length: 8 }, () => submit(request)))
      expect(outcomes.map((outcome) => outcome.kind)).toEqual(Array.from({ length: 8 }, () => 'accepted'))
      await startedOnce()
    })

    test.for(LOST)('a lost answer (%s) is unknown, found by identity, and a resend starts nothing', async (how) => {
      const request = render()
      await cloud.failNextSubmit(how)
      expect((await submit(request)).kind).toBe('unknown')
      expect(await cloud.provider.find(call(), request)).toMatchObject({ kind: 'found' })
      expect(await submit(request)).toMatchObject({ kind: 'accepted' })
      await startedOnce()
    })

    test('a failure before anything was carried out is never taken for a refusal', async () => {
      const request = render()
      await cloud.failNextSubmit('unavailable-before')
      expect((await submit(request)).kind).toBe('unknown')
      expect(await cloud.provider.find(call(), request)).toEqual({ kind: 'absent' })
      expect(await submit(request)).toMatchObject({ kind: 'accepted', adopted: false })
    })

    test('throttling is waited out, with a reason', async () => {
      await cloud.failNextSubmit('throttled')
      const outcome = await submit(render())
      expect(outcome).toMatchObject({ kind: 'retry', fault: { class: 'throttled' } })
      expect(await cloud.starts()).toBe(0)
    })

    test('a missing permission is refused and says what to grant', async () => {
      await cloud.revokePermission()
      const outcome = await submit(render())
      expect(outcome).toMatchObject({ kind: 'refused', fault: { class: 'auth' } })
    })

    test('a revoked key is refused and says so', async () => {
      await cloud.revokeKey()
      const outcome = await submit(render())
      expect(outcome).toMatchObject({ kind: 'refused', fault: { class: 'auth' } })
    })

    test('broken credentials are refused without a call', async () => {
      const outcome = await cloud.provider.submit(
        { credentials: {}, signal: AbortSignal.timeout(DEADLINE_MS) },
        render(),
      )
      expect(outcome).toMatchObject({ kind: 'refused', fault: { class: 'auth' } })
      expect(await cloud.starts()).toBe(0)
    })

    test('what a template may not say is refused before anything is sent', () => {
      const outcome = cloud.provider.render({ ...inputFor(cloud), configuration: {} })
      expect(outcome).toMatchObject({ kind: 'refused' })
    })

    test('observing tells running, failed with its exit code, and missing', async () => {
      const [failing, gone] = [render(), render()]
      await submit(failing)
      expect(await phaseOf(failing)).toMatchObject({ phase: expect.stringMatching(/pending|running/) as string })
      expect(await phaseOf(gone)).toMatchObject({ phase: 'missing' })
      await startedOnce()
      await cloud.finish(failing, 3)
      await expect.poll(() => phaseOf(failing)).toMatchObject({ phase: 'failed', exit_code: 3 })
      expect((await phaseOf(failing))?.reason).toContain('3')
    })

    test('an exit code of 0 is seen as succeeded', async () => {
      const request = render()
      await submit(request)
      await startedOnce()
      await cloud.finish(request, 0)
      await expect.poll(() => phaseOf(request)).toMatchObject({ phase: 'succeeded' })
    })

    test('many submissions are observed together', async () => {
      const requests = Array.from({ length: 6 }, () => render())
      for (const request of requests) await submit(request)
      const outcome = await cloud.provider.observe(call(), requests)
      expect(outcome).toMatchObject({ kind: 'observed' })
      const seen = outcome.kind === 'observed' ? outcome.observations.map((each) => each.submission_id) : []
      expect(seen.toSorted()).toEqual(requests.map((request) => request.identity.submission_id).toSorted())
    })

    test('stopping ends the container; stopping twice, or what never was, is no failure', async () => {
      const request = render()
      await submit(request)
      expect(await cloud.provider.stop(call(), request)).toEqual({ kind: 'done' })
      await expect.poll(async () => (await phaseOf(request))?.phase, { timeout: 15_000 }).toMatch(/cancelled|failed/)
      expect((await cloud.provider.stop(call(), request)).kind).not.toBe('failed')
      expect(await cloud.provider.stop(call(), render())).toEqual({ kind: 'gone' })
    })

    test('discarding removes everything and may be repeated', async () => {
      const request = render()
      await submit(request)
      await startedOnce()
      await cloud.finish(request, 0)
      expect((await cloud.provider.discard(call(), request)).kind).toBe('done')
      expect(await cloud.provider.find(call(), request)).toEqual({ kind: 'absent' })
      expect(await cloud.provider.discard(call(), request)).toEqual({ kind: 'gone' })
    })

    test('a job of that name which somebody else made is never adopted', async () => {
      const mine = render()
      const theirs = { ...render(), resource_name: mine.resource_name }
      await submit(theirs)
      expect(await submit(mine)).toMatchObject({ kind: 'refused' })
    })

    test('the probe tells whether the credentials work', async () => {
      expect(await cloud.provider.probe(call(), cloud.configuration)).toMatchObject({ kind: 'ok' })
      await cloud.revokeKey()
      expect(await cloud.provider.probe(call(), cloud.configuration)).toMatchObject({ kind: 'failed' })
    })

    /** A cloud answers before its container runs: wait for the first start, and allow no second one. */
    async function startedOnce(): Promise<void> {
      await expect.poll(() => cloud.starts()).toBeGreaterThanOrEqual(1)
      expect(await cloud.starts()).toBe(1)
    }

    async function phaseOf(request: FrozenRequest) {
      const outcome = await cloud.provider.observe(call(), [request])
      return outcome.kind === 'observed' ? outcome.observations[0] : undefined
    }
  })
}

function inputFor(cloud: CloudHarness): RenderInput {
  const flow_run_id = randomUUID()
  return {
    pool_type: cloud.pool_type,
    identity: { install_id: '7f3c', flow_run_id, attempt_no: 1, submission_id: randomUUID() },
    configuration: cloud.configuration,
    credentials: cloud.credentials,
    env: { PREFECT_API_URL: 'http://127.0.0.1:4200/api', PREFECT__FLOW_RUN_ID: flow_run_id },
    labels: { 'prefect.io/flow-run-id': flow_run_id, 'prefect.io/flow-name': 'My Flow' },
    command: ['sleep', '60'],
    run_name: 'amber-otter',
  }
}
