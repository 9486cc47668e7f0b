import { type ConcurrencyLimit, operations } from '@slipway/contract'
import type { FastifyInstance } from 'fastify'
import type { EdgeContext } from '../../context.ts'
import { removeLimit } from '../../operations/edit-concurrency-limits.ts'
import {
  describeTagLimits,
  getTagLimit,
  giveBackTagSlots,
  resetTagSlots,
  saveTagLimit,
  TAG_PREFIX,
  type TagLimit,
  tagName,
  takeTagSlots,
} from '../../operations/tag-limits.ts'
import { type LimitKey, listLimits } from '../../store/concurrency-limits.ts'
import { mount, reply } from '../mount.ts'

/** Limits of task tags, as clients before the global ones ask for them. */
export function mountConcurrencyLimitRoutes(app: FastifyInstance, ctx: EdgeContext): void {
  const read = async (workspace_id: string, key: LimitKey) =>
    tagLimitResponse(await getTagLimit(ctx.db, workspace_id, key))
  const remove = async (workspace_id: string, key: LimitKey) => {
    const { row } = await getTagLimit(ctx.db, workspace_id, key)
    await removeLimit(ctx, workspace_id, { id: row.id })
    return null
  }
  mount(app, operations.createConcurrencyLimit, async ({ body, workspace_id }) => {
    const { limit, created } = await saveTagLimit(ctx, workspace_id, body)
    return reply(created ? 201 : 200, tagLimitResponse(limit))
  })
  mount(app, operations.readConcurrencyLimit, ({ params, workspace_id }) => read(workspace_id, params))
  mount(app, operations.readConcurrencyLimitByTag, ({ params, workspace_id }) =>
    read(workspace_id, { name: tagName(params.tag) }),
  )
  mount(app, operations.readConcurrencyLimits, async ({ body, workspace_id }) => {
    const rows = await listLimits(ctx.db, workspace_id, { prefix: TAG_PREFIX, limit: body.limit, offset: body.offset })
    return (await describeTagLimits(ctx.db, rows)).map(tagLimitResponse)
  })
  mount(app, operations.resetConcurrencyLimitByTag, async ({ params, body, workspace_id }) => {
    await resetTagSlots(ctx, workspace_id, params.tag, body.slot_override ?? [])
    return null
  })
  mount(app, operations.deleteConcurrencyLimit, ({ params, workspace_id }) => remove(workspace_id, params))
  mount(app, operations.deleteConcurrencyLimitByTag, ({ params, workspace_id }) =>
    remove(workspace_id, { name: tagName(params.tag) }),
  )
  mount(app, operations.incrementConcurrencyLimitsV1, async ({ body, workspace_id }) => {
    const rows = await takeTagSlots(ctx, workspace_id, body.names, body.task_run_id)
    return rows.map(({ id, name, limit }) => ({ id, name: name.slice(TAG_PREFIX.length), limit }))
  })
  mount(app, operations.decrementConcurrencyLimitsV1, async ({ body, workspace_id }) => {
    const rows = await giveBackTagSlots(ctx, workspace_id, body.names, body.task_run_id)
    // Here Prefect's server leaves the prefix, there it does not.
    return rows.map(({ id, name, limit }) => ({ id, name, limit }))
  })
}

function tagLimitResponse({ row, tag, holders }: TagLimit): ConcurrencyLimit {
  const { id, created, updated, limit } = row
  return { id, created, updated, tag, concurrency_limit: limit, active_slots: [...holders] }
}
