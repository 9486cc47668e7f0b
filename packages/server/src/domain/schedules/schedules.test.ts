import { addSeconds, fromEpochMicros, type Timestamp } from '@slipway/contract'
import { assert, constantFrom, integer, oneof, property, record } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { civilDate, dayNumber, printDate, weekday } from './calendar.ts'
import { nextOccurrences, occurrenceLabel } from './next-occurrences.ts'
import { scheduledDates } from './plan.ts'
import { normalizeRule } from './rrule.ts'
import { scheduleClass, type Schedule } from './schedule.ts'
import { cronComplaint, intervalComplaint, ruleComplaint, timezoneComplaint } from './validate.ts'

function hours(dates: readonly Timestamp[]): readonly string[] {
  return dates.map((date) => date.replace('.000000Z', '').slice(5))
}

describe('when clocks change in Berlin', () => {
  const cron = (text: string): Schedule => ({ cron: text, timezone: 'Europe/Berlin', day_or: true })

  test('a time that is skipped fires by the offset to come, one that comes twice fires once', () => {
    expect(hours(nextOccurrences(cron('30 2 * * *'), '2031-03-29T00:00:00.000000Z', { max: 3 }))).toEqual([
      '03-29T01:30:00',
      '03-30T00:30:00',
      '03-31T00:30:00',
    ])
    expect(hours(nextOccurrences(cron('0 * * * *'), '2031-10-25T23:00:00.000000Z', { max: 3 }))).toEqual([
      '10-25T23:00:00',
      '10-26T00:00:00',
      '10-26T02:00:00',
    ])
  })

  test('nothing lies before the start, even in the hour that comes twice', () => {
    expect(hours(nextOccurrences(cron('*/20 * * * *'), '2031-10-26T01:30:00.000000Z', { max: 1 }))).toEqual([
      '10-26T02:00:00',
    ])
  })

  test('intervals below a day keep their distance, longer ones the wall clock', () => {
    const every = (interval: number): Schedule => ({
      interval,
      anchor_date: '2031-10-01T00:30:00.000000Z',
      timezone: 'Europe/Berlin',
    })
    expect(hours(nextOccurrences(every(3_600), '2031-10-26T00:00:00.000000Z', { max: 3 }))).toEqual([
      '10-26T00:30:00',
      '10-26T01:30:00',
      '10-26T02:30:00',
    ])
    expect(hours(nextOccurrences(every(86_400), '2031-10-25T00:00:00.000000Z', { max: 3 }))).toEqual([
      '10-25T00:30:00',
      '10-26T01:30:00',
      '10-27T01:30:00',
    ])
  })
})

test('the start counts, the end counts, and a fraction of a second is kept', () => {
  const schedule: Schedule = { interval: 3_600, anchor_date: '2020-01-01T00:07:30.250000Z', timezone: 'UTC' }
  expect(
    nextOccurrences(schedule, '2031-01-01T00:07:30.250000Z', { max: 9, until: '2031-01-01T01:07:30.250000Z' }),
  ).toEqual(['2031-01-01T00:07:30.250000Z', '2031-01-01T01:07:30.250000Z'])
  expect(
    nextOccurrences({ cron: '0 0 * * *', timezone: null, day_or: true }, '2031-01-01T00:00:00.000001Z', { max: 1 }),
  ).toEqual(['2031-01-02T00:00:00.000000Z'])
})

test('days and weekdays: either, or both', () => {
  const friday13 = (day_or: boolean): Schedule => ({ cron: '0 0 13 * fri', timezone: 'UTC', day_or })
  expect(hours(nextOccurrences(friday13(true), '2031-06-01T00:00:00.000000Z', { max: 2 }))).toEqual([
    '06-06T00:00:00',
    '06-13T00:00:00',
  ])
  expect(hours(nextOccurrences(friday13(false), '2031-06-01T00:00:00.000000Z', { max: 2 }))).toEqual([
    '06-13T00:00:00',
    '02-13T00:00:00',
  ])
})

describe('rules that would not end', () => {
  test.for([
    'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30',
    'DTSTART:20200101T000000\nRRULE:FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=31',
    'DTSTART:20200101T000000\nRRULE:FREQ=MINUTELY;BYSETPOS=2',
    'DTSTART:20200101T000000\nRRULE:FREQ=SECONDLY;COUNT=900000000;BYSETPOS=7',
    'FREQ=DAILY;COUNT=0',
    'FREQ=DAILY;UNTIL=20200101T000000',
  ])('%j has no date ahead', (rrule) => {
    expect(nextOccurrences({ rrule, timezone: 'Europe/Berlin' }, '2031-01-01T00:00:00.000000Z', { max: 3 })).toEqual([])
  })

  test('many greedy rules share one budget', () => {
    const all = (count: number) => Array.from({ length: count }, (_, index) => index).join(',')
    const greedy = `RRULE:FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYHOUR=${all(24)};BYMINUTE=${all(60)};BYSECOND=${all(60)}`
    const rrule = [
      `${greedy};BYSETPOS=-1`,
      `${greedy};COUNT=900000000`,
      ...Array.from({ length: 100 }, () => 'RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30'),
    ].join('\n')
    expect(ruleComplaint(rrule)).toBeNull()
    expect(
      nextOccurrences({ rrule, timezone: 'UTC' }, '2031-01-01T00:00:00.000000Z', { max: 3 }).length,
    ).toBeLessThanOrEqual(3)
  })

  test('a cron expression without a day', () => {
    expect(
      nextOccurrences({ cron: '0 0 31 2 *', timezone: null, day_or: true }, '2031-01-01T00:00:00.000000Z', { max: 3 }),
    ).toEqual([])
  })

  test('a rule by the second from long ago starts near now', () => {
    const rrule = 'DTSTART:20000101T000000\nRRULE:FREQ=SECONDLY;INTERVAL=7'
    expect(nextOccurrences({ rrule, timezone: 'UTC' }, '2031-01-01T00:00:00.000000Z', { max: 100 })).toHaveLength(100)
  })
})

test('a label is local, with its offset', () => {
  expect(occurrenceLabel('2031-01-01T00:07:30.000000Z', 'Europe/Berlin')).toBe('2031-01-01 01:07:30+01:00')
  expect(occurrenceLabel('2031-07-01T00:07:30.250000Z', 'America/St_Johns')).toBe('2031-06-30 21:37:30.250000-02:30')
  expect(occurrenceLabel('2031-01-01T00:00:00.000000Z', null)).toBe('2031-01-01 00:00:00+00:00')
})

describe('what is refused', () => {
  test.for([
    ['0 0 * * *', null],
    ['@daily', null],
    ['61 * * * *', 'Invalid cron string: "61 * * * *"'],
    ['x', 'Invalid cron string: "x"'],
    ['', 'Invalid cron string: ""'],
    ['R * * * *', 'Random and Hashed expressions are unsupported, received: "R * * * *"'],
    ['0 h * * *', 'Random and Hashed expressions are unsupported, received: "0 h * * *"'],
    ['r(0-5)/2 * * * *', 'Random and Hashed expressions are unsupported, received: "r(0-5)/2 * * * *"'],
  ] as const)('cron %j', ([cron, complaint]) => {
    expect(cronComplaint(cron)).toBe(complaint)
  })

  test.for([
    'UTC',
    'Europe/Berlin',
    'US/Eastern',
    'America/Argentina/Buenos_Aires',
    'America/Port-au-Prince',
    'Etc/GMT+5',
    'EST5EDT',
    'GB-Eire',
    '',
  ])('the zone %j is fine', (name) => {
    expect(timezoneComplaint(name)).toBeNull()
  })

  test.for(['Mars/Base', 'Nowhere', 'europe/berlin', '+01:00', 'utc', '../etc/passwd'])('the zone %j', (name) => {
    expect(timezoneComplaint(name)).toBe(
      `Invalid timezone: "${name}" (specify in IANA tzdata format, for example, America/New_York)`,
    )
  })

  test.for([
    'FREQ=DAILY',
    'RRULE:FREQ=WEEKLY;BYDAY=MO,TU',
    'DTSTART;TZID=Europe/Berlin:20200101T000000\nRRULE:FREQ=DAILY',
    'DTSTART:20200101T000000Z\nRRULE:FREQ=DAILY;UNTIL=20210101T000000Z',
    'DTSTART:20200101\nRDATE:20200102T000000Z,20200103T000000Z',
    'freq=monthly;byday=-1fr',
  ])('the rule %j is fine', (rrule) => {
    expect(ruleComplaint(rrule)).toBeNull()
  })

  test.for([
    'bogus',
    '',
    'FREQ=NEVER',
    'INTERVAL=2',
    'FREQ=DAILY;INTERVAL=0',
    'FREQ=DAILY;INTERVAL=x',
    'FREQ=DAILY;BYHOUR=24',
    'FREQ=DAILY;COLOUR=RED',
    'FREQ=DAILY;BYDAY=XX',
    'FREQ=DAILY;BYSETPOS=0',
    'FREQ=HOURLY;INTERVAL=2;BYHOUR=3',
    'DTSTART:20201301T000000\nRRULE:FREQ=DAILY',
    'DTSTART:20200101T000000\nRRULE:FREQ=DAILY;UNTIL=20210101T000000Z',
    'DTSTART:20200101T000000',
    'RRULE;X=1:FREQ=DAILY',
    'SUMMARY:lunch',
  ])('the rule %j', (rrule) => {
    expect(ruleComplaint(rrule)).toContain(`Invalid RRule string "${rrule}": `)
  })

  test('a rule that is too long', () => {
    expect(ruleComplaint('x'.repeat(6_600))).toBe(
      `Invalid RRule string "${'x'.repeat(40)}..."\nMax length is 6500, got 6600`,
    )
  })

  test('an interval that is not positive', () => {
    expect([
      intervalComplaint(60),
      intervalComplaint(0),
      intervalComplaint(-5),
      intervalComplaint(0.000_000_1),
    ]).toEqual([null, 'interval must be positive', 'interval must be positive', 'interval must be positive'])
  })
})

test('rules are stored with a beginning', () => {
  const now = dayNumber(2031, 5, 6) * 86_400 + 3_601
  expect(normalizeRule('FREQ=DAILY', 'Europe/Berlin', now)).toBe('DTSTART:20200101T000000\nFREQ=DAILY')
  expect(normalizeRule('DTSTART:20310101T000000\nRRULE:FREQ=DAILY', null, now)).toBe(
    'DTSTART:20310101T000000\nRRULE:FREQ=DAILY',
  )
  expect(normalizeRule('FREQ=MINUTELY;INTERVAL=5', 'UTC', now)).toBe(
    'DTSTART:20310506T010000\nFREQ=MINUTELY;INTERVAL=5',
  )
  expect(normalizeRule('FREQ=MINUTELY;INTERVAL=5', 'Asia/Kolkata', now)).toBe(
    'DTSTART:20310506T063000\nFREQ=MINUTELY;INTERVAL=5',
  )
  expect(normalizeRule('FREQ=MINUTELY;COUNT=5', 'UTC', now)).toBe('DTSTART:20200101T000000\nFREQ=MINUTELY;COUNT=5')
  expect(normalizeRule('bogus', 'UTC', now)).toBe('bogus')
})

test('a schedule knows its class', () => {
  expect(scheduleClass({ interval: 1, anchor_date: '2020-01-01T00:00:00.000000Z', timezone: null })).toBe(
    'IntervalSchedule',
  )
  expect(scheduleClass({ cron: '* * * * *', timezone: null, day_or: true })).toBe('CronSchedule')
  expect(scheduleClass({ rrule: 'FREQ=DAILY', timezone: null })).toBe('RRuleSchedule')
})

describe('planning', () => {
  const now = '2031-05-06T07:08:09.000000Z'
  const every = (interval: number): Schedule => ({
    interval,
    anchor_date: '2031-01-01T00:00:00.000000Z',
    timezone: 'UTC',
  })
  // The scheduler's own settings in Prefect 3.8.
  const horizon = { min_runs: 3, max_runs: 100, min_seconds: 3_600 }
  const end = addSeconds(now, 8_640_000)

  test.for([
    ['hourly: three', every(3_600), 3],
    ['by the minute: an hour ahead', every(60), 61],
    ['by the second: a hundred', every(1), 100],
    ['every 40 days: a hundred days', every(40 * 86_400), 2],
    ['every 200 days: none within a hundred days', every(200 * 86_400), 1],
    ['never', { rrule: 'FREQ=DAILY;COUNT=1', timezone: 'UTC' }, 0],
  ] as const)('%s', ([, schedule, count]) => {
    expect(scheduledDates({ schedule, start: now, end, horizon })).toHaveLength(count)
  })

  test('what a caller asks for', () => {
    const dates = scheduledDates({
      schedule: every(3_600),
      start: now,
      end: addSeconds(now, 86_400),
      horizon: { min_runs: 5, max_runs: 7, min_seconds: 0 },
    })
    expect(hours(dates)).toEqual([
      '05-06T08:00:00',
      '05-06T09:00:00',
      '05-06T10:00:00',
      '05-06T11:00:00',
      '05-06T12:00:00',
    ])
  })
})

describe('properties', () => {
  const timezone = constantFrom(
    'UTC',
    'Europe/Berlin',
    'America/New_York',
    'Australia/Lord_Howe',
    'America/Santiago',
    'Pacific/Apia',
    'Africa/Casablanca',
  )
  const schedule = oneof(
    record({
      interval: integer({ min: 1, max: 200_000 }),
      anchor_date: constantFrom('2020-06-15T21:15:30.250000Z', '2035-01-01T00:00:00.000000Z'),
      timezone,
    }),
    record({
      cron: constantFrom(
        '*/7 * * * *',
        '30 2 * * *',
        '0 0 l * *',
        '15 1,2,3 * * 1-5',
        '0 */6 31 * sun',
        '*/10 * * * * 30',
      ),
      timezone,
      day_or: constantFrom(true, false),
    }),
    record({
      rrule: constantFrom(
        'FREQ=DAILY;BYHOUR=1,2,3;BYMINUTE=0,30',
        'FREQ=MONTHLY;BYDAY=-1FR',
        'FREQ=HOURLY;INTERVAL=7',
        'FREQ=MINUTELY;INTERVAL=25',
        'FREQ=WEEKLY;BYDAY=MO,SU;BYSETPOS=-1',
      ),
      timezone,
    }),
  )
  const moment = integer({ min: Date.UTC(2024, 0), max: Date.UTC(2040, 0) }).map((ms) =>
    fromEpochMicros(ms * 1_000 + 1),
  )

  test('dates rise strictly, none lies before the start or after the end', () => {
    assert(
      property(schedule, moment, integer({ min: 1, max: 40 }), (given, after, max) => {
        const until = addSeconds(after, 40 * 86_400)
        const dates = nextOccurrences(given, after, { until, max })
        expect(dates.length).toBeLessThanOrEqual(max)
        expect(dates).toEqual([...new Set(dates)].sort())
        expect(dates.every((date) => date >= after && date <= until)).toBe(true)
      }),
    )
  })

  test('cron and rules give the same dates wherever one starts to look', () => {
    assert(
      property(
        schedule.filter((given) => !('interval' in given)),
        moment,
        (given, after) => {
          const dates = nextOccurrences(given, after, { max: 6 })
          const [, second] = dates
          expect(second === undefined ? [] : nextOccurrences(given, second, { max: 5 })).toEqual(dates.slice(1))
        },
      ),
      { examples: [] },
    )
  })

  test('days and dates go over into each other', () => {
    assert(
      property(integer({ min: -700_000, max: 2_900_000 }), (days) => {
        const { year, month, day } = civilDate(days)
        expect(dayNumber(year, month, day)).toBe(days)
        const date = new Date(days * 86_400_000)
        expect([year, month, day, (weekday(days) + 1) % 7]).toEqual([
          date.getUTCFullYear(),
          date.getUTCMonth() + 1,
          date.getUTCDate(),
          date.getUTCDay(),
        ])
        expect(printDate(days)).toBe(
          date
            .toISOString()
            .split('T')[0]
            ?.replace(/^[+-]\d\d/, ''),
        )
      }),
    )
  })
})
