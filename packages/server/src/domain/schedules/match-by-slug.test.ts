import { expect, test } from 'vitest'
import { matchBySlug } from './match-by-slug.ts'

const named = (...slugs: readonly (string | null)[]) => slugs.map((slug) => ({ slug }))
const daily = { cron: '0 0 * * *' }

test.for([
  ['nothing exists', named(), [{ schedule: daily }]],
  ['one existing schedule has no slug', named('a', null), [{ slug: 'a', schedule: daily }]],
] as const)('all are replaced when %s', ([, existing, given]) => {
  expect(matchBySlug(existing, given)).toEqual({ kind: 'replace' })
})

test('schedules are changed by slug, created, or left alone', () => {
  const change = { slug: 'a', active: false }
  const create = { slug: 'new', schedule: daily }
  expect(matchBySlug(named('a', 'b'), [change, create])).toEqual({
    kind: 'by-slug',
    change: new Map([['a', change]]),
    create: [create],
  })
  expect(matchBySlug(named('a'), [])).toEqual({ kind: 'by-slug', change: new Map(), create: [] })
})

test('two schedules swap their slugs', () => {
  const given = [
    { slug: 'b', replaces: 'a' },
    { slug: 'a', replaces: 'b' },
  ]
  expect(matchBySlug(named('a', 'b'), given)).toMatchObject({ kind: 'by-slug', change: { size: 2 } })
})

test('a rename of nothing creates', () => {
  const given = [{ slug: 'x', replaces: 'gone', schedule: daily }]
  expect(matchBySlug(named('a'), given)).toMatchObject({ kind: 'by-slug', create: given })
})

const refusals: readonly [string, Parameters<typeof matchBySlug>[1], string][] = [
  ['a schedule without a slug', [{ schedule: daily }], 'Please provide a slug'],
  ['a rename onto another schedule', [{ slug: 'b', replaces: 'a' }], "from 'a' to 'b'"],
  [
    'two renames of one schedule',
    [
      { slug: 'x', replaces: 'a' },
      { slug: 'y', replaces: 'a' },
    ],
    'same slug: a',
  ],
  ['a new slug without a schedule', [{ slug: 'x' }], 'without a schedule configuration'],
]
test.for(refusals)('%s is refused', ([, given, detail]) => {
  expect(matchBySlug(named('a', 'b'), given)).toEqual({ kind: 'refused', detail: expect.stringContaining(detail) })
})
