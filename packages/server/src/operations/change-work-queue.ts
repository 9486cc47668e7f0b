import { addSeconds, type BodyOf, type operations, type Timestamp } from '@slipway/contract'
import type { Context } from '../context.ts'
import { placeQueue } from '../domain/queue-priorities.ts'
import { changedFields } from '../events/changed-fields.ts'
import type { StateEvent } from '../events/flow-run-state-event.ts'
import { statusHappening, workQueueEvent } from '../events/work-pool-events.ts'
import { appendEvents, notifyDue } from '../store/events.ts'
import { lockWorkPoolById } from '../store/work-pools.ts'
import {
  findWorkQueue,
  listQueuesOfPool,
  type NamedWorkQueueRow,
  updateQueuePriorities,
  updateWorkQueue,
} from '../store/work-queues.ts'
import { queueFilter, subjectOf } from './edit-work-queues.ts'

type Change = BodyOf<typeof operations.updateWorkPoolQueue>

const TOLD = ['name', 'description', 'concurrency_limit', 'priority'] as const
/** A queue that nobody has polled for longer is not ready. */
export const POLLED_WITHIN_SECONDS = 60

/** False when the queue is gone. `makes_room`: other queues move down for a new priority. */
export async function changeWorkQueue(
  ctx: Context,
  { workspace_id, id, work_pool_id }: Pick<NamedWorkQueueRow, 'workspace_id' | 'id' | 'work_pool_id'>,
  change: Change,
  options: { readonly makes_room: boolean },
): Promise<boolean> {
  return await ctx.db.transaction(async (tx) => {
    // All changes of a pool's queues are made under the pool's lock.
    await lockWorkPoolById(tx, workspace_id, work_pool_id)
    const queue = await findWorkQueue(tx, workspace_id, id)
    if (queue === null) return false
    const now = ctx.clock.now()
    const changed = merged(queue, change)
    const status = statusOf(changed, queue.status, now)
    await updateWorkQueue(tx, { ...changed, status }, now)
    if (options.makes_room && changed.priority !== queue.priority) {
      await updateQueuePriorities(tx, placeQueue(await listQueuesOfPool(tx, work_pool_id), changed), now)
    }
    const events: StateEvent[] = []
    const payload = changedFields(queue, changed, TOLD)
    const fresh = () => ({ event_id: ctx.ids.uuid7(), now })
    if (payload !== null) events.push(workQueueEvent(subjectOf(changed), 'updated', fresh(), payload))
    if (status !== queue.status) events.push(workQueueEvent(subjectOf(changed), statusHappening(status), fresh()))
    await appendEvents(tx, workspace_id, events, now)
    if (queue.is_push && !changed.is_paused) await notifyDue(tx)
    return true
  })
}

function merged(queue: NamedWorkQueueRow, change: Change): NamedWorkQueueRow {
  return {
    ...queue,
    name: change.name ?? queue.name,
    description: change.description ?? queue.description,
    is_paused: change.is_paused ?? queue.is_paused,
    priority: change.priority ?? queue.priority,
    concurrency_limit: change.concurrency_limit === undefined ? queue.concurrency_limit : change.concurrency_limit,
    last_polled: change.last_polled === undefined ? queue.last_polled : change.last_polled,
    filter: change.filter === undefined ? queue.filter : queueFilter(change.filter),
  }
}

function statusOf(queue: NamedWorkQueueRow, status: string, now: Timestamp): string {
  if (queue.is_paused) return 'PAUSED'
  if (status !== 'PAUSED') return status
  if (queue.is_push) return 'READY'
  const isPolled = queue.last_polled !== null && queue.last_polled >= addSeconds(now, -POLLED_WITHIN_SECONDS)
  return isPolled ? 'READY' : 'NOT_READY'
}
