import {
  addSeconds,
  type CompoundTrigger,
  type EventTrigger,
  type SequenceTrigger,
  type Trigger,
} from '@slipway/contract'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Bucket } from './bucket.ts'
import type { SeenEvent } from './match.ts'
import { bucketId, type Firing, onEvent, onTick, type Step } from './trigger-state.ts'

const START = '2031-01-01T00:00:00.000000Z'
const at = (seconds: number) => addSeconds(START, seconds)

const trigger = (change: Partial<EventTrigger> = {}): EventTrigger => ({
  type: 'event',
  id: 't',
  match: {},
  match_related: {},
  after: [],
  expect: ['x'],
  for_each: [],
  posture: 'Reactive',
  threshold: 1,
  within: 0,
  ...change,
})

/** An automation over time: what happens when, and when it acts. */
function play(root: Trigger) {
  const buckets = new Map<string, Bucket>()
  const firings = new Map<string, Firing>()
  let count = 0
  let now = START
  const fresh = { id: () => `f${(count += 1)}`, now: () => (now = addSeconds(now, 0.000_001)) }
  const keep = (step: Step<SeenEvent>): readonly Firing[] => {
    for (const [id, bucket] of step.buckets) {
      if (bucket === null) buckets.delete(id)
      else buckets.set(id, bucket)
    }
    for (const [id, firing] of step.firings) {
      if (firing === null) firings.delete(id)
      else firings.set(id, firing)
    }
    return step.fired
  }
  return {
    buckets,
    event(seconds: number, name = 'x', resource = 'r'): readonly Firing[] {
      if (at(seconds) > now) now = at(seconds)
      const event = {
        id: `${name}@${seconds}`,
        occurred: at(seconds),
        event: name,
        resource: { 'prefect.resource.id': resource },
        related: [],
      }
      return keep(onEvent(root, { buckets, firings }, event, fresh))
    },
    tick(seconds: number, trigger_id = 't', key: readonly string[] = []): readonly Firing[] {
      now = at(seconds)
      return keep(onTick(root, { buckets, firings }, { trigger_id, key, now: at(seconds) }, fresh))
    },
  }
}

/** `x5` is an event, `-30` a tick; a star: it fires then. */
test.for<readonly [string, Partial<EventTrigger>, string]>([
  ['at once', {}, 'x0* y1 x2*'],
  ['every third', { threshold: 3 }, 'x0 x1 x2* x3 x4 x5*'],
  ['within, once a period', { threshold: 2, within: 10 }, 'x0 x1* x2 x3 x9 x12 x13*'],
  ['too slow for the period', { threshold: 2, within: 10 }, 'x0 x15 x30 x35*'],
  ['late events count in the first period', { threshold: 2, within: 10 }, 'x20 x5*'],
  ['events older than the period do not', { threshold: 2, within: 10 }, 'x20 x21* x5 x40 x41*'],
  ['only after another', { after: ['y'], within: 10 }, 'x0 y1 x2* x3 y4 x5*'],
  ['too long after another', { after: ['y'], within: 10 }, 'y0 x11 y20 x25*'],
  ['after itself never at once', { after: ['x'], within: 10 }, 'x0 x1* x2 x3*'],
  ['absence', { posture: 'Proactive', within: 10 }, '-0 -5 -10* -15 -20* x22 -30 -39 -40*'],
  ['absence after an event', { posture: 'Proactive', after: ['y'], within: 10 }, '-0 -30 y30 -39 -40* -60'],
  ['the awaited comes in time', { posture: 'Proactive', after: ['y'], within: 10 }, 'y30 x39 -40 -60'],
  ['the awaited comes too late', { posture: 'Proactive', after: ['y'], within: 10 }, 'y30 -40* x41 -60'],
  ['too few', { posture: 'Proactive', after: ['y'], within: 10, threshold: 2 }, 'y0 x1 -10*'],
  ['heartbeats', { posture: 'Proactive', after: ['x'], expect: ['x', 'z'], within: 10 }, 'x0 x8 -10 -15 x17 -20 -27*'],
  ['an end', { posture: 'Proactive', after: ['x'], expect: ['x', 'z'], within: 10 }, 'x0 x8 z9 -18 -40'],
])('%s', ([, change, story]) => {
  const played = play(trigger(change))
  const told = story.split(' ').map((word) => {
    const [, name = '', seconds = '0'] = /^([a-z]|-)(\d+)/.exec(word) ?? []
    const fired = name === '-' ? played.tick(Number(seconds)) : played.event(Number(seconds), name)
    return `${name}${seconds}${fired.length === 1 ? '*' : ''}`
  })
  expect(told.join(' ')).toBe(story)
})

test('each value of for_each is watched by itself', () => {
  const played = play(trigger({ for_each: ['prefect.resource.id'], threshold: 2, within: 60 }))
  expect(played.event(0, 'x', 'a')).toEqual([])
  expect(played.event(1, 'x', 'b')).toEqual([])
  expect(played.event(2, 'x', 'b')).toMatchObject([
    { trigger_id: 't', triggering_labels: { 'prefect.resource.id': 'b' }, triggering_event: { id: 'x@2' } },
  ])
  expect(played.event(3, 'x', 'a')).toHaveLength(1)
})

test('an absence tells of the last event that was seen, for each', () => {
  const root = trigger({ posture: 'Proactive', after: ['y'], for_each: ['prefect.resource.id'], within: 10 })
  const played = play(root)
  played.event(0, 'y', 'a')
  expect(played.tick(10, 't', ['a'])).toMatchObject([
    { triggering_labels: { 'prefect.resource.id': 'a' }, triggering_event: { id: 'y@0' } },
  ])
  expect(played.buckets.size).toBe(0)
})

const inner = ['x', 'y', 'z'].map((name) => trigger({ id: name, expect: [name] }))
const compound = (require: CompoundTrigger['require'], within: number | null = null): CompoundTrigger => ({
  type: 'compound',
  id: 'c',
  require,
  within,
  triggers: inner,
})
const sequence = (within: number | null = null): SequenceTrigger => ({
  type: 'sequence',
  id: 's',
  within,
  triggers: inner,
})

test.for<readonly [string, Trigger, string]>([
  ['any', compound('any'), 'x0* z1* a2'],
  ['all, in any order', compound('all'), 'z0 x1 z2 y3* x4 y5 z6*'],
  ['two of three', compound(2), 'x0 x1 z2* z3 x4*'],
  ['all within a time', compound('all', 10), 'x0 y5 z11 x12* x13 y20 z23*'],
  ['in order', sequence(), 'x0 y1 z2* y3 x4 z5 y6 z7*'],
  ['in order within a time', sequence(10), 'x0 y9 z11 x20 y21 z22*'],
  ['a sequence that starts again', sequence(), 'x0 y1 x2 z3 y4 z5*'],
  [
    'nested',
    { type: 'sequence', id: 'n', within: null, triggers: [compound(2), trigger({ id: 'w', expect: ['w'] })] },
    'w0 x1 w2 y3 w4*',
  ],
])('composite: %s', ([, root, story]) => {
  const played = play(root)
  const told = story.split(' ').map((word) => {
    const [, name = '', seconds = '0'] = /^([a-z])(\d+)/.exec(word) ?? []
    return `${name}${seconds}${played.event(Number(seconds), name).length === 1 ? '*' : ''}`
  })
  expect(told.join(' ')).toBe(story)
})

test('a composite firing tells of those within it, in the order in which they fired', () => {
  const played = play(compound('all'))
  played.event(0, 'z')
  played.event(1, 'x')
  const [fired] = played.event(2, 'y')
  expect(fired?.triggering_firings.map(({ trigger_id }) => trigger_id)).toEqual(['z', 'x', 'y'])
  expect(fired?.triggering_event?.id).toBe('y@2')
})

const times = fc.array(fc.integer({ min: 0, max: 200 }), { maxLength: 40 })

test('without a period, every n events fire once, whatever their times', () => {
  fc.assert(
    fc.property(times, fc.integer({ min: 1, max: 5 }), (seconds, threshold) => {
      const played = play(trigger({ threshold }))
      const fired = seconds.flatMap((each) => played.event(each)).length
      // Each period starts at most a quarter hour before its first event, so that none is too old.
      expect(fired).toBe(Math.floor(seconds.length / threshold))
    }),
  )
})

test('a reactive bucket never keeps as many events as it takes to fire, and firings of a period do not overlap', () => {
  fc.assert(
    fc.property(
      times,
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 60 }),
      (seconds, threshold, within) => {
        const played = play(trigger({ threshold, within }))
        let fired = 0
        for (const each of seconds) {
          fired += played.event(each).length
          expect(played.buckets.get(bucketId('t', []))?.count ?? 0).toBeLessThan(threshold)
        }
        expect(fired * threshold).toBeLessThanOrEqual(seconds.length)
      },
    ),
  )
})

test('an absence is told once for each period in which it is true, and never while heartbeats come in time', () => {
  const heartbeat = trigger({ posture: 'Proactive', after: ['x'], within: 30 })
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 20 }), (gaps) => {
      const played = play(heartbeat)
      let now = 0
      let fired = 0
      played.event(now)
      for (const gap of gaps) {
        for (let second = 1; second < gap; second += 1) fired += played.tick(now + second).length
        now += gap
        fired += played.event(now).length
      }
      expect(fired).toBe(gaps.filter((gap) => gap >= 30).length)
    }),
  )
})

test.for([
  ['at the end of time', trigger({ within: 60 }), 1e12],
  ['at the end of time, awaited,', trigger({ posture: 'Proactive', within: 60 }), 1e12],
  ['for a trigger of no time', trigger({ posture: 'Proactive', within: 0 }), 100],
] as const)('an event %s does not send the evaluation in circles', ([, root, seconds]) => {
  const played = play(root)
  played.event(0)
  expect(() => played.event(seconds)).not.toThrow()
})
