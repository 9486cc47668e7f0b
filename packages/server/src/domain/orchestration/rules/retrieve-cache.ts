import type { Rule } from '../rule.ts'
import { ANY_ORIGIN, type TaskRunFacts } from '../verdict.ts'

/** What was computed under the same key is not computed again. */
export const retrieveCache: Rule<TaskRunFacts> = {
  name: 'retrieve-cache',
  from: ANY_ORIGIN,
  to: ['RUNNING'],
  check({ cached_state }, proposed) {
    const { cache_key, refresh_cache } = proposed.state_details
    if (cached_state === null || (cache_key ?? '') === '' || refresh_cache === true) return null
    const { type, message, data, state_details } = cached_state
    return {
      kind: 'reject',
      state: { type, name: 'Cached', message, data, state_details },
      reason: 'Retrieved state from cache',
    }
  },
}
