import type { Json } from '@slipway/contract'

export type Readiness = 'READY' | 'NOT_READY' | 'PAUSED'

interface PoolFacts {
  readonly is_paused: boolean
  readonly is_push: boolean
  /** What the cloud said last; null when it has not been asked. */
  readonly provider_status: Json
  readonly has_online_worker: boolean
}

/** A push pool has no workers: it is ready until its cloud says otherwise. */
export function poolStatus({ is_paused, is_push, provider_status, has_online_worker }: PoolFacts): Readiness {
  if (is_paused) return 'PAUSED'
  if (is_push) return isRefusing(provider_status) ? 'NOT_READY' : 'READY'
  return has_online_worker ? 'READY' : 'NOT_READY'
}

/** Of a queue that nobody has polled yet. */
export function newQueueStatus(queue: { readonly is_paused: boolean; readonly is_push: boolean }): Readiness {
  if (queue.is_paused) return 'PAUSED'
  return queue.is_push ? 'READY' : 'NOT_READY'
}

function isRefusing(provider_status: Json): boolean {
  return (
    typeof provider_status === 'object' &&
    provider_status !== null &&
    'ok' in provider_status &&
    provider_status.ok === false
  )
}
