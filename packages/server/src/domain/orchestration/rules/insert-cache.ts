import type { Rule } from '../rule.ts'
import { ANY_ORIGIN, type TaskRunFacts } from '../verdict.ts'

const MAX_CACHE_KEY_LENGTH = 2_000

/** A key that is too long costs the cache entry, not the state. */
export const insertCache: Rule<TaskRunFacts> = {
  name: 'insert-cache',
  from: ANY_ORIGIN,
  to: ['COMPLETED'],
  check(_facts, proposed) {
    const { cache_key, cache_expiration } = proposed.state_details
    if (cache_key === null || cache_key === '') return null
    if (Array.from(cache_key).length > MAX_CACHE_KEY_LENGTH) {
      return {
        kind: 'reject',
        state: proposed,
        reason: `Cache key exceeded maximum allowed length of ${MAX_CACHE_KEY_LENGTH} characters.`,
      }
    }
    return { kind: 'pass', effects: [{ kind: 'insert-cache', cache_key, cache_expiration }] }
  },
}
