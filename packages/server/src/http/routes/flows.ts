import { type Flow, operations } from '@slipway/contract'
import type { FastifyInstance } from 'fastify'
import type { EdgeContext } from '../../context.ts'
import { changeFlow, ensureFlow, flowNotFound, removeFlow, removeFlows } from '../../operations/edit-flows.ts'
import { countFlows, findFlow, type FlowKey, listFlows } from '../../store/flows.ts'
import type { FlowRow } from '../../store/rows.ts'
import { mount, reply } from '../mount.ts'
import { offsetOf, pageOf } from '../paging.ts'

export function mountFlowRoutes(app: FastifyInstance, ctx: EdgeContext): void {
  const read = async (workspace_id: string, key: FlowKey) => {
    const row = await findFlow(ctx.db, workspace_id, key)
    if (row === null) throw flowNotFound()
    return flowResponse(row)
  }
  mount(app, operations.createFlow, async ({ body, workspace_id }) => {
    const { flow, created } = await ensureFlow(ctx, workspace_id, body)
    return reply(created ? 201 : 200, flowResponse(flow))
  })
  mount(app, operations.updateFlow, ({ params, body, workspace_id }) =>
    changeFlow(ctx, workspace_id, params.id, body.tags ?? null),
  )
  mount(app, operations.readFlow, ({ params, workspace_id }) => read(workspace_id, params))
  mount(app, operations.readFlowByName, ({ params, workspace_id }) => read(workspace_id, params))
  mount(app, operations.deleteFlow, async ({ params, workspace_id }) => {
    if (!(await removeFlow(ctx, workspace_id, params.id))) throw flowNotFound()
  })
  mount(app, operations.readFlows, async ({ body, workspace_id }) => {
    const rows = await listFlows(ctx.db, workspace_id, { ...body, filters: body })
    return rows.map(flowResponse)
  })
  mount(app, operations.countFlows, ({ body, workspace_id }) => countFlows(ctx.db, workspace_id, body))
  mount(app, operations.paginateFlows, async ({ body, workspace_id }) => {
    const [rows, count] = await Promise.all([
      listFlows(ctx.db, workspace_id, { ...body, filters: body, offset: offsetOf(body) }),
      countFlows(ctx.db, workspace_id, body),
    ])
    return pageOf(rows.map(flowResponse), count, body)
  })
  mount(app, operations.bulkDeleteFlows, async ({ body, workspace_id }) => {
    const filters = { flows: body.flows ?? null }
    return { deleted: [...(await removeFlows(ctx, workspace_id, { filters, limit: body.limit }))] }
  })
}

function flowResponse({ id, created, updated, name, tags, labels }: FlowRow): Flow {
  // Labels were validated when they were written.
  return { id, created, updated, name, tags: [...tags], labels: labels as Flow['labels'] }
}
