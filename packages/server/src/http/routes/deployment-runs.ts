import { type FlowRunCreateResult, operations } from '@slipway/contract'
import type { FastifyInstance } from 'fastify'
import type { EdgeContext } from '../../context.ts'
import { problem, SlipwayError } from '../../errors.ts'
import type { FlowRunDraft } from '../../operations/create-flow-run.ts'
import { draftRunOfDeployment, type RunOrder } from '../../operations/create-run-of-deployment.ts'
import { handOutRunsOfDeployments } from '../../operations/hand-out-runs.ts'
import { integrityConflict } from '../../operations/integrity-conflict.ts'
import { createDraftWriter, writeDrafts } from '../../operations/write-drafts.ts'
import { type DeploymentForRun, findDeploymentForRun } from '../../store/deployments.ts'
import { createdBy } from '../created-by.ts'
import { mount, reply } from '../mount.ts'
import { deploymentNotFound } from './deployments.ts'
import { flowRunResponse } from './flow-run-response.ts'

const MOST_RUNS_AT_ONCE = 100

export function mountDeploymentRunRoutes(app: FastifyInstance, ctx: EdgeContext): void {
  const writeDraft = createDraftWriter(ctx)
  const getDeployment = async (workspace_id: string, id: string) => {
    const deployment = await findDeploymentForRun(ctx.db, workspace_id, id)
    if (deployment === null) throw deploymentNotFound()
    return deployment
  }
  mount(app, operations.createFlowRunFromDeployment, async ({ params, body, workspace_id, request }) => {
    const deployment = await getDeployment(workspace_id, params.id)
    const order = { request: body, created_by: createdBy(request), in_bulk: false }
    const written = await writeDraft(await draftRunOfDeployment(ctx, deployment, order))
    if (written.kind === 'no-flow') throw integrityConflict()
    return reply(written.kind === 'created' ? 201 : 200, flowRunResponse(written.row, ctx.clock.now()))
  })
  mount(app, operations.bulkCreateFlowRunsFromDeployment, async ({ params, body, workspace_id, request }) => {
    if (body.length > MOST_RUNS_AT_ONCE) {
      throw problem(400, `Cannot create more than ${MOST_RUNS_AT_ONCE} flow runs at once.`)
    }
    const deployment = await getDeployment(workspace_id, params.id)
    const created_by = createdBy(request)
    const orders = body.map((each): RunOrder => ({ request: each, created_by, in_bulk: true }))
    return { results: await createInBulk(ctx, deployment, orders) }
  })
  mount(app, operations.getScheduledFlowRunsForDeployments, async ({ body, workspace_id }) => {
    const { deployment_ids, limit, scheduled_before: before = null } = body
    const rows = await handOutRunsOfDeployments(ctx, workspace_id, { deployment_ids, before, limit })
    return rows.map((row) => flowRunResponse(row, ctx.clock.now()))
  })
}

/** Those that can be made are made together; what is wrong with the others is told for each. */
async function createInBulk(
  ctx: EdgeContext,
  deployment: DeploymentForRun,
  orders: readonly RunOrder[],
): Promise<FlowRunCreateResult[]> {
  const drafts = await Promise.all(orders.map((order) => draftOrComplaint(ctx, deployment, order)))
  const written = await writeDrafts(
    ctx,
    drafts.flatMap((draft) => ('run' in draft ? [draft] : [])),
  )
  const left = [...written]
  return drafts.map((draft) => {
    const result = 'run' in draft ? left.shift() : undefined
    if (result !== undefined && result.kind !== 'no-flow') {
      return { flow_run_id: result.row.id, status: 'CREATED', error: null }
    }
    const error = 'error' in draft ? draft.error : 'The flow of the deployment is gone.'
    return { flow_run_id: null, status: 'FAILED', error }
  })
}

async function draftOrComplaint(
  ctx: EdgeContext,
  deployment: DeploymentForRun,
  order: RunOrder,
): Promise<FlowRunDraft | { readonly error: string }> {
  try {
    return await draftRunOfDeployment(ctx, deployment, order)
  } catch (error) {
    if (error instanceof SlipwayError) return { error: error.message }
    throw error
  }
}
