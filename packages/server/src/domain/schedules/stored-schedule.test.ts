import { expect, test } from 'vitest'
import { storedSchedule } from './stored-schedule.ts'

const now = '2031-01-01T00:00:00.123456Z'

test('an interval counts from now in UTC unless it says otherwise', () => {
  expect(storedSchedule({ interval: 60, timezone: null }, now)).toEqual({
    interval: 60,
    anchor_date: now,
    timezone: 'UTC',
  })
  const given = { interval: 60, anchor_date: '2030-01-01T00:00:00.000000Z', timezone: 'Asia/Kolkata' }
  expect(storedSchedule(given, now)).toEqual(given)
})

test('a rule without a start gets one, a cron expression stays as it is', () => {
  const rule = storedSchedule({ rrule: 'FREQ=DAILY', timezone: 'UTC' }, now)
  expect(rule).toEqual({ rrule: 'DTSTART:20200101T000000\nFREQ=DAILY', timezone: 'UTC' })
  const started = { rrule: 'DTSTART:20300101T000000\nRRULE:FREQ=DAILY', timezone: 'UTC' }
  expect(storedSchedule(started, now)).toEqual(started)
  const cron = { cron: '0 0 * * *', timezone: null, day_or: true }
  expect(storedSchedule(cron, now)).toEqual(cron)
})
