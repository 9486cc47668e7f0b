import { type FlowRunInput, operations } from '@slipway/contract'
import type { FastifyInstance } from 'fastify'
import type { EdgeContext } from '../../context.ts'
import { problem } from '../../errors.ts'
import { storeFlowRunInput } from '../../operations/flow-run-inputs.ts'
import { deleteFlowRunInput, findFlowRunInput, listFlowRunInputs } from '../../store/flow-run-inputs.ts'
import type { FlowRunInputRow } from '../../store/rows.ts'
import { mount } from '../mount.ts'

const MOST_INPUTS = 1_000

export function mountFlowRunInputRoutes(app: FastifyInstance, ctx: EdgeContext): void {
  mount(app, operations.createFlowRunInput, async ({ params, body, workspace_id }) => {
    const { key, value, sender = null } = body
    await storeFlowRunInput(ctx, ctx.db, { workspace_id, flow_run_id: params.id, key, value, sender })
    return null
  })
  mount(app, operations.filterFlowRunInput, async ({ params, body, workspace_id }) => {
    const limit = Math.min(MOST_INPUTS, Math.max(0, body.limit))
    const rows = await listFlowRunInputs(ctx.db, workspace_id, { ...body, flow_run_id: params.id, limit })
    return rows.map(inputResponse)
  })
  mount(app, operations.readFlowRunInput, async ({ params, workspace_id }) => {
    const row = await findFlowRunInput(ctx.db, workspace_id, params.id, params.key)
    if (row === null) throw problem(404, 'Flow run input not found')
    return row.value
  })
  mount(app, operations.deleteFlowRunInput, async ({ params, workspace_id }) => {
    if (!(await deleteFlowRunInput(ctx.db, workspace_id, params.id, params.key)))
      throw problem(404, 'Flow run input not found')
  })
}

function inputResponse({ id, created, updated, flow_run_id, key, value, sender }: FlowRunInputRow): FlowRunInput {
  return { id, created, updated, flow_run_id, key, value, sender }
}
