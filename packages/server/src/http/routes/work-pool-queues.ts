import { operations } from '@slipway/contract'
import type { FastifyInstance } from 'fastify'
import type { EdgeContext } from '../../context.ts'
import { changeWorkQueue } from '../../operations/change-work-queue.ts'
import { createWorkQueue, removeWorkQueue } from '../../operations/edit-work-queues.ts'
import {
  countActiveRunsOfQueues,
  findWorkQueueByName,
  listWorkQueues,
  type NamedWorkQueueRow,
} from '../../store/work-queues.ts'
import { mount } from '../mount.ts'
import { getWorkPool, type QueuePath, workPoolQueueNotFound } from './named-work-pool.ts'
import { workQueueResponse } from './work-pool-response.ts'

export function mountWorkPoolQueueRoutes(app: FastifyInstance, ctx: EdgeContext): void {
  const getQueue = async (workspace_id: string, path: QueuePath) => {
    const queue = await findWorkQueueByName(ctx.db, workspace_id, path)
    if (queue === null) throw workPoolQueueNotFound(path)
    return queue
  }
  mount(app, operations.createWorkPoolQueue, async ({ params, body, workspace_id }) =>
    workQueueResponse(await createWorkQueue(ctx, workspace_id, params.work_pool_name, body), 0),
  )
  mount(app, operations.readWorkPoolQueue, async ({ params, workspace_id }) =>
    queueWithSlots(ctx, await getQueue(workspace_id, params)),
  )
  mount(app, operations.readWorkPoolQueues, async ({ params, body, workspace_id }) => {
    const pool = await getWorkPool(ctx, workspace_id, params.work_pool_name)
    const selection = { ...body, work_pool_id: pool.id, filter: body.work_queues }
    return await queuesWithSlots(ctx, await listWorkQueues(ctx.db, workspace_id, selection))
  })
  mount(app, operations.updateWorkPoolQueue, async ({ params, body, workspace_id }) => {
    await getWorkPool(ctx, workspace_id, params.work_pool_name)
    const queue = await getQueue(workspace_id, params)
    if (!(await changeWorkQueue(ctx, queue, body, { makes_room: true }))) throw workPoolQueueNotFound(params)
  })
  mount(app, operations.deleteWorkPoolQueue, async ({ params, workspace_id }) => {
    await getWorkPool(ctx, workspace_id, params.work_pool_name)
    await removeWorkQueue(ctx, await getQueue(workspace_id, params))
  })
}

/** Slots are counted where they are limited. */
export async function queuesWithSlots(ctx: EdgeContext, queues: readonly NamedWorkQueueRow[]) {
  const limited = queues.filter((queue) => queue.concurrency_limit !== null).map((queue) => queue.id)
  const counts = new Map(
    (await countActiveRunsOfQueues(ctx.db, limited)).map((count) => [count.work_queue_id, count.active]),
  )
  return queues.map((queue) => workQueueResponse(queue, counts.get(queue.id) ?? 0))
}

export async function queueWithSlots(ctx: EdgeContext, queue: NamedWorkQueueRow) {
  const [count] = queue.concurrency_limit === null ? [] : await countActiveRunsOfQueues(ctx.db, [queue.id])
  return workQueueResponse(queue, count?.active ?? 0)
}
