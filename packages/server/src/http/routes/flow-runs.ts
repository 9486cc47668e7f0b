import { operations } from '@slipway/contract'
import type { FastifyInstance } from 'fastify'
import type { EdgeContext } from '../../context.ts'
import { problem } from '../../errors.ts'
import { findFlowRun } from '../../store/flow-runs.ts'
import { mount } from '../mount.ts'
import { flowRunResponse } from './flow-run-response.ts'

export function mountFlowRunRoutes(app: FastifyInstance, ctx: EdgeContext): void {
  mount(app, operations.readFlowRun, async ({ params, workspace_id }) => {
    const row = await findFlowRun(ctx.db, workspace_id, params.id)
    if (row === null) throw problem(404, 'Flow run not found')
    return flowRunResponse(row, ctx.clock.now())
  })
}
