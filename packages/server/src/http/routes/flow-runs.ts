import { operations } from '@slipway/contract'
import type { FastifyInstance } from 'fastify'
import type { EdgeContext } from '../../context.ts'
import { problem, type SlipwayError } from '../../errors.ts'
import { changeFlowRun, labelFlowRun } from '../../operations/change-flow-run.ts'
import { removeFlowRuns } from '../../operations/delete-flow-runs.ts'
import { integrityConflict } from '../../operations/integrity-conflict.ts'
import type { FlowRunCreation, FlowRunOrder } from '../../operations/write-flow-runs.ts'
import { flowRunCondition } from '../../store/filters/flow-runs.ts'
import { countFlowRuns, listFlowRunIds, listFlowRuns } from '../../store/flow-run-lists.ts'
import { findFlowRun } from '../../store/flow-runs.ts'
import { createdBy } from '../created-by.ts'
import { mount, reply } from '../mount.ts'
import { offsetOf, pageNumbers } from '../paging.ts'
import { flowRunPage, flowRunResponse, flowRunResponses } from './flow-run-response.ts'
import { flowRunNotFound } from './flow-run-states.ts'
import { downloadHeaders, logDownload } from './log-download.ts'

export function mountFlowRunRoutes(app: FastifyInstance, ctx: EdgeContext): void {
  mount(app, operations.createFlowRun, async ({ body, workspace_id, request }) => {
    const order = { ...body, id: ctx.ids.uuid(), workspace_id, created_by: createdBy(request) }
    const made = await ctx.writeFlowRun(order)
    if (!('row' in made)) throw refusal(made.kind, order)
    return reply(made.kind === 'created' ? 201 : 200, flowRunResponse(made.row, ctx.clock.now()))
  })
  mount(app, operations.readFlowRun, async ({ params, workspace_id }) => {
    const row = await findFlowRun(ctx.db, workspace_id, params.id)
    if (row === null) throw flowRunMissing()
    return flowRunResponse(row, ctx.clock.now())
  })
  mount(app, operations.readFlowRuns, async ({ body, workspace_id }) => {
    const rows = await listFlowRuns(ctx.db, workspace_id, { ...body, filters: body })
    return flowRunResponses(rows, ctx.clock.now())
  })
  mount(app, operations.countFlowRuns, ({ body, workspace_id }) => countFlowRuns(ctx.db, workspace_id, body))
  mount(app, operations.paginateFlowRuns, async ({ body, workspace_id }) => {
    const [rows, count] = await Promise.all([
      listFlowRuns(ctx.db, workspace_id, { ...body, filters: body, offset: offsetOf(body) }),
      countFlowRuns(ctx.db, workspace_id, body),
    ])
    return flowRunPage(rows, pageNumbers(count, body), ctx.clock.now())
  })
  mount(app, operations.updateFlowRun, async ({ params, body, workspace_id }) => {
    if (!(await changeFlowRun(ctx, workspace_id, params.id, body))) throw flowRunMissing()
  })
  mount(app, operations.updateFlowRunLabels, async ({ params, body, workspace_id }) => {
    if (!(await labelFlowRun(ctx, workspace_id, params.id, body))) throw flowRunNotFound(params.id)
  })
  mount(app, operations.downloadFlowRunLogs, async ({ params, workspace_id }) => {
    const run = await findFlowRun(ctx.db, workspace_id, params.id)
    if (run === null) throw flowRunMissing()
    // A stream of text, which Fastify sends as one; the contract only speaks of its characters.
    const text = logDownload(ctx, workspace_id, run.id) as unknown as string
    return reply(200, text, downloadHeaders(run.name))
  })
  mount(app, operations.deleteFlowRun, async ({ params, workspace_id }) => {
    const gone = await removeFlowRuns(ctx, workspace_id, [params.id])
    if (gone.length === 0) throw flowRunMissing()
  })
  mount(app, operations.bulkDeleteFlowRuns, async ({ body, workspace_id }) => {
    const ids = await listFlowRunIds(ctx.db, workspace_id, flowRunCondition(body.flow_runs), body.limit)
    return { deleted: [...(await removeFlowRuns(ctx, workspace_id, ids))] }
  })
}

function flowRunMissing(): SlipwayError {
  return problem(404, 'Flow run not found')
}

function refusal(
  kind: Exclude<FlowRunCreation['kind'], 'created' | 'existing'>,
  { work_pool_name, work_queue_name }: FlowRunOrder,
): Error {
  switch (kind) {
    case 'no-pool':
      return problem(404, `Work pool "${work_pool_name}" not found.`)
    case 'no-queue':
      return problem(404, `Work pool queue '${work_pool_name}/${work_queue_name}' not found.`)
    case 'no-flow':
      return integrityConflict()
  }
}
