import { readFileSync } from 'node:fs'
import { epochMicros, fromEpochMicros } from '@slipway/contract'
import { expect, test } from 'vitest'
import { parseCron } from './cron-parse.ts'
import { nextCronWall } from './cron.ts'
import { nextOccurrences } from './next-occurrences.ts'
import type { Schedule } from './schedule.ts'

/** Made by golden/make-golden.py from what Prefect 3.8 answers. */
function golden(name: string): readonly unknown[] {
  const text = readFileSync(new URL(`./golden/${name}.jsonl`, import.meta.url), 'utf8')
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown)
}

type ExpressionCase = readonly [expression: string, day_or: boolean, start: number, walls: readonly number[] | null]

test('600 cron expressions are read as croniter reads them', () => {
  const cases = golden('cron-expressions') as readonly ExpressionCase[]
  expect(cases).toHaveLength(600)
  const ours = cases.map(([expression, day_or, start]) => {
    const reading = parseCron(expression)
    if (reading.kind !== 'cron') return [expression, null]
    const walls: number[] = []
    for (let from = start; walls.length < 6; from = (walls.at(-1) ?? from) + 1) {
      walls.push(nextCronWall(reading.cron, from, { day_or }) ?? NaN)
    }
    return [expression, walls]
  })
  expect(ours).toEqual(cases.map(([expression, , , walls]) => [expression, walls]))
})

type DatesCase = readonly [schedule: Schedule, start: number, end: number, max: number, instants: readonly number[]]

test('600 schedules give the dates of a stock server around the days when clocks change', () => {
  const cases = golden('schedule-dates') as readonly DatesCase[]
  expect(cases).toHaveLength(600)
  const ours = cases.map(([schedule, start, end, max]) => {
    const dates = nextOccurrences(schedule, fromEpochMicros(start), { until: fromEpochMicros(end), max })
    return [schedule, dates.map(epochMicros)]
  })
  expect(ours).toEqual(cases.map(([schedule, , , , instants]) => [schedule, instants]))
})
