export type Readiness = 'READY' | 'NOT_READY' | 'PAUSED'

interface PoolFacts {
  readonly is_paused: boolean
  readonly is_push: boolean
  readonly has_online_worker: boolean
}

/** Of a pool that was made or changed. A push pool has no workers: it is ready until its cloud says otherwise. */
export function poolStatus({ is_paused, is_push, has_online_worker }: PoolFacts): Readiness {
  if (is_paused) return 'PAUSED'
  return is_push || has_online_worker ? 'READY' : 'NOT_READY'
}

/** Of a queue that nobody has polled yet. */
export function newQueueStatus(queue: { readonly is_paused: boolean; readonly is_push: boolean }): Readiness {
  if (queue.is_paused) return 'PAUSED'
  return queue.is_push ? 'READY' : 'NOT_READY'
}
