import type { Json, JsonObject, Timestamp } from '@slipway/contract'
import type { ResourceLabels, StateEvent } from './flow-run-state-event.ts'

/** What happens to pools, queues and deployments; `updated` has a payload. */
export type Happening = 'created' | 'updated' | 'deleted' | 'ready' | 'not-ready' | 'paused'

export interface Fresh {
  readonly event_id: string
  readonly now: Timestamp
}

interface PoolSubject {
  readonly id: string
  readonly name: string
  readonly type: string
  readonly default_queue_id: string | null
  readonly storage_configuration: Json
}

interface QueueSubject {
  readonly id: string
  readonly name: string
  readonly work_pool: { readonly id: string; readonly name: string; readonly type: string }
}

export function workPoolEvent(
  pool: PoolSubject,
  happening: Happening,
  fresh: Fresh,
  payload: JsonObject = {},
): StateEvent {
  const hasRelations = happening === 'created' || happening === 'deleted'
  return {
    ...eventOf(`prefect.work-pool.${happening}`, fresh, payload),
    resource: poolResource(pool),
    related: hasRelations ? poolRelations(pool) : [],
  }
}

/** Containers of a new push pool would not reach this server. */
export function poolWarningEvent(pool: PoolSubject, warning: string, fresh: Fresh): StateEvent {
  return { ...eventOf('slipway.work-pool.warning', fresh, { message: warning }), resource: poolResource(pool) }
}

export function workQueueEvent(
  queue: QueueSubject,
  happening: Happening,
  fresh: Fresh,
  payload: JsonObject = {},
): StateEvent {
  return {
    ...eventOf(`prefect.work-queue.${happening}`, fresh, payload),
    resource: {
      'prefect.resource.id': `prefect.work-queue.${queue.id}`,
      'prefect.resource.name': queue.name,
      'prefect.resource.role': 'work-queue',
    },
    related: [poolResource(queue.work_pool)],
  }
}

/** The word in a status event: `READY` is told as `ready`. */
export function statusHappening(status: string): Happening {
  if (status === 'PAUSED') return 'paused'
  return status === 'READY' ? 'ready' : 'not-ready'
}

function eventOf(event: string, { event_id, now }: Fresh, payload: JsonObject): StateEvent {
  return { id: event_id, occurred: now, event, resource: {}, related: [], payload, follows: null }
}

function poolResource({ id, name, type }: Pick<PoolSubject, 'id' | 'name' | 'type'>): ResourceLabels {
  return {
    'prefect.resource.id': `prefect.work-pool.${id}`,
    'prefect.resource.name': name,
    'prefect.work-pool.type': type,
    'prefect.resource.role': 'work-pool',
  }
}

function poolRelations({ default_queue_id, storage_configuration }: PoolSubject): readonly ResourceLabels[] {
  const related: ResourceLabels[] = []
  if (default_queue_id !== null) {
    related.push({
      'prefect.resource.id': `prefect.work-queue.${default_queue_id}`,
      'prefect.resource.role': 'default-queue',
    })
  }
  const storage =
    typeof storage_configuration === 'object' && storage_configuration !== null
      ? Object.entries(storage_configuration).find(([key]) => key === 'default_result_storage_block_id')?.[1]
      : null
  if (typeof storage === 'string') {
    related.push({
      'prefect.resource.id': `prefect.block-document.${storage}`,
      'prefect.resource.role': 'result-storage',
    })
  }
  return related
}
