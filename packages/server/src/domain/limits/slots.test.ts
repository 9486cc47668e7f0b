import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type LimitSlots, activeSlotsAfterDecay, deniedSlotsAfterDecay } from './decay.ts'
import { type SlotRequest, decideAcquisition, releaseSlots } from './slots.ts'

const now = '2026-03-01T12:00:10.000000Z'
const ago_10s = '2026-03-01T12:00:00.000000Z'
const limit: LimitSlots = {
  id: 'limit-1',
  name: 'database',
  limit: 4,
  active_slots: 3,
  denied_slots: 0,
  slot_decay_per_second: 0,
  avg_slot_occupancy_seconds: 2,
  slots_updated: ago_10s,
}
const decaying = { ...limit, id: 'limit-2', name: 'rate', slot_decay_per_second: 0.25 }

function ask(limits: readonly LimitSlots[], request: Partial<SlotRequest> = {}) {
  return decideAcquisition({ limits, slots: 1, mode: 'concurrency', now, fraction: 0.5, ...request })
}

describe('decay', () => {
  test.for([
    ['none', limit, 3, 0],
    ['by rate', decaying, 0.5, 0],
    ['not below zero', { ...decaying, active_slots: 1, denied_slots: 1 }, 0, 0],
    ['denied, by occupancy', { ...limit, denied_slots: 7 }, 3, 2],
    ['denied, by rate', { ...decaying, denied_slots: 7 }, 0.5, 4.5],
    [
      'denied, long stays count as 30 s',
      { ...limit, denied_slots: 1, avg_slot_occupancy_seconds: 9_000 },
      3,
      1 - 10 / 30,
    ],
    ['denied, tags as 10 s', { ...limit, name: 'tag:db', denied_slots: 2, avg_slot_occupancy_seconds: 9_000 }, 3, 1],
    ['clock behind', { ...decaying, slots_updated: '2026-03-01T13:00:00.000000Z' }, 3, 0],
  ] as const)('%s', ([, row, active, denied]) => {
    expect([activeSlotsAfterDecay(row, now), deniedSlotsAfterDecay(row, now)]).toEqual([active, denied])
  })
})

describe('acquire', () => {
  test.for([
    ['one of one', [limit], 1, [4]],
    ['nothing named', [], 1, []],
    ['several', [limit, decaying], 1, [4, 1.5]],
    ['what decayed is free', [{ ...decaying, active_slots: 4 }], 2, [3.5]],
  ] as const)('%s', ([, limits, slots, active]) => {
    const answer = ask(limits, { slots })
    expect(answer).toMatchObject({ kind: 'acquired', limits: active.map((active_slots) => ({ active_slots })) })
  })

  test('all or nothing', () => {
    const answer = ask([decaying, limit], { slots: 2 })
    expect(answer).toEqual({
      kind: 'full',
      limits: [
        { id: 'limit-2', active_slots: 0.5, denied_slots: 2, avg_slot_occupancy_seconds: 2 },
        { id: 'limit-1', active_slots: 3, denied_slots: 2, avg_slot_occupancy_seconds: 2 },
      ],
      retry_after_seconds: 8,
    })
  })

  test.for([
    ['more than there can be', [limit], { slots: 5 }, 'Slots requested is greater than the limit'],
    [
      'a rate of something that does not decay',
      [limit, { ...limit, name: 'other' }, decaying],
      { mode: 'rate_limit' },
      "Only concurrency limits with slot decay can be used for rate limiting. The following limits do not have a decay configured: 'database,other'",
    ],
  ] as const)('%s', ([, limits, request, detail]) => {
    expect(ask(limits, request)).toEqual({ kind: 'impossible', detail })
  })
})

describe('retry after', () => {
  const full = { ...limit, active_slots: 4 }
  test.for([
    ['average stay by share', [full], 0.5],
    ['those before us', [{ ...full, denied_slots: 12 }], 4],
    ['long stays, capped', [{ ...full, limit: 1, avg_slot_occupancy_seconds: 600 }], 30],
    ['tags, capped', [{ ...full, name: 'tag:db', limit: 1, avg_slot_occupancy_seconds: 600 }], 10],
    ['rate, not capped', [{ ...decaying, limit: 1, active_slots: 50, slot_decay_per_second: 0.01 }], 100],
    ['the one most wanted', [full, { ...full, limit: 1, avg_slot_occupancy_seconds: 9 }], 9],
  ] as const)('%s', ([, limits, seconds]) => {
    expect(ask(limits)).toMatchObject({ kind: 'full', retry_after_seconds: seconds })
  })

  test('is spread by 30 %', () => {
    const spread = [0, 0.999_999].map((fraction) => ask([{ ...full, limit: 1 }], { fraction }))
    expect(spread).toMatchObject([{ retry_after_seconds: 1.4 }, { retry_after_seconds: expect.closeTo(2.6, 3) }])
  })
})

describe('release', () => {
  test.for([
    ['one', 1, null, 2, 2],
    ['more than there are', 9, null, 0, 2],
    ['with its stay', 1, 10, 2, 3],
    ['stay per slot, never below 0.1 s', 2, 0.01, 1, 2 + (0.1 - 2) / 8],
    ['stay of zero is unknown', 1, 0, 2, 2],
  ] as const)('%s', ([, slots, occupancy_seconds, active_slots, average]) => {
    const counts = releaseSlots(limit, { slots, now, occupancy_seconds })
    expect([counts.active_slots, counts.avg_slot_occupancy_seconds]).toEqual([active_slots, expect.closeTo(average, 9)])
  })
})

test('a limit that was lowered to 0 gets back what was taken before, with an average that is a number', () => {
  const counts = releaseSlots({ ...limit, limit: 0 }, { slots: 3, now, occupancy_seconds: 12 })
  expect([counts.active_slots, counts.avg_slot_occupancy_seconds]).toEqual([0, 3])
})

test('whatever is acquired and released, slots stay between zero and the limit', () => {
  const move = fc.record({ slots: fc.integer({ min: 1, max: 5 }), release: fc.boolean() })
  fc.assert(
    fc.property(fc.array(move, { maxLength: 50 }), fc.constantFrom(0, 0.05), (moves, slot_decay_per_second) => {
      let row: LimitSlots = { ...limit, active_slots: 0, slot_decay_per_second }
      for (const { slots, release } of moves) {
        const answer = ask([row], { slots })
        const counts = release
          ? releaseSlots(row, { slots, now, occupancy_seconds: null })
          : answer.kind === 'acquired'
            ? answer.limits[0]
            : undefined
        row = { ...row, ...counts, slots_updated: now }
        expect(row.active_slots).toBeGreaterThanOrEqual(0)
        expect(row.active_slots).toBeLessThanOrEqual(row.limit)
      }
    }),
  )
})
