import { parseCron } from './cron-parse.ts'
import { parseRules } from './rrule-parse.ts'
import { isZoneName } from './zone.ts'

/** What is wrong with the parts of a schedule, in the words of Prefect 3.8's validation errors; null when nothing is. */

export function cronComplaint(cron: string): string | null {
  switch (parseCron(cron).kind) {
    case 'cron':
      return null
    case 'invalid':
      return `Invalid cron string: "${cron}"`
    case 'random':
      return `Random and Hashed expressions are unsupported, received: "${cron}"`
  }
}

/** An empty name stands for UTC. */
export function timezoneComplaint(timezone: string): string | null {
  if (timezone === '' || isZoneName(timezone)) return null
  return `Invalid timezone: "${timezone}" (specify in IANA tzdata format, for example, America/New_York)`
}

/** About a year of daily RDATEs. */
const LONGEST_RULE = 6_500

export function ruleComplaint(rrule: string): string | null {
  if (rrule.length > LONGEST_RULE) {
    return `Invalid RRule string "${rrule.slice(0, 40)}..."\nMax length is ${LONGEST_RULE}, got ${rrule.length}`
  }
  const reading = parseRules(rrule)
  return reading.kind === 'rules' ? null : `Invalid RRule string "${rrule}": ${reading.reason}`
}

export function intervalComplaint(seconds: number): string | null {
  return Math.round(seconds * 1_000_000) > 0 ? null : 'interval must be positive'
}
