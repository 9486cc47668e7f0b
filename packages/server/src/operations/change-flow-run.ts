import type { JsonObject } from '@slipway/contract'
import type { Context } from '../context.ts'
import { checkRunJobVariables } from '../domain/templates/validate.ts'
import { problem } from '../errors.ts'
import type { Transaction } from '../store/database.ts'
import { findDeploymentTemplate } from '../store/deployment-template.ts'
import { type FlowRunPatch, lockFlowRuns, type LockedFlowRunRow, updateFlowRun } from '../store/flow-runs.ts'
import { stateOf } from './flow-run-facts.ts'
import { newPatternCache, openDefaultBlocks, throwRefusal } from './template-blocks.ts'

/** Only the fields that the patch names. False when there is no such run. */
export async function changeFlowRun(
  ctx: Context,
  workspace_id: string,
  id: string,
  patch: FlowRunPatch,
): Promise<boolean> {
  const { job_variables = null } = patch
  if (job_variables === null) return await updateFlowRun(ctx.db, workspace_id, id, patch, ctx.clock.now())
  return await ctx.db.transaction(async (tx) => {
    const [run] = await lockFlowRuns(tx, [id])
    if (run === undefined || run.workspace_id !== workspace_id) return false
    await checkJobVariables(ctx, tx, run, job_variables)
    return await updateFlowRun(tx, workspace_id, id, patch, ctx.clock.now())
  })
}

/** Job variables matter until the run is submitted; later they would tell a lie about its container. */
async function checkJobVariables(
  ctx: Context,
  tx: Transaction,
  run: LockedFlowRunRow,
  job_variables: JsonObject,
): Promise<void> {
  const state = stateOf(run)
  if (state === null) throw problem(400, 'Flow run state is required to update job variables but none exists')
  if (state.type !== 'SCHEDULED')
    throw problem(400, `Job variables for a flow run in state ${state.type} cannot be updated`)
  const { workspace_id, deployment_id } = run
  const template = deployment_id === null ? null : await findDeploymentTemplate(tx, workspace_id, deployment_id)
  if (template === null) throw problem(400, 'A deployment for the flow run could not be found')
  const { base_job_template, pool_type } = template
  if (base_job_template === null || pool_type === null) return
  const refusal = checkRunJobVariables({
    base_job_template,
    blocks: await openDefaultBlocks(ctx, tx, workspace_id, base_job_template),
    patterns: newPatternCache(),
    deployment_job_variables: template.job_variables,
    flow_run_job_variables: job_variables,
    action: 'updating',
  })
  throwRefusal(refusal, pool_type)
}

/** Over the labels that it has. False when there is no such run. */
export async function labelFlowRun(
  ctx: Context,
  workspace_id: string,
  id: string,
  labels: JsonObject,
): Promise<boolean> {
  return await ctx.db.transaction(async (tx) => {
    const [run] = await lockFlowRuns(tx, [id])
    if (run === undefined || run.workspace_id !== workspace_id) return false
    // Labels were validated when they were written.
    const known = run.labels as JsonObject
    return await updateFlowRun(tx, workspace_id, id, { labels: { ...known, ...labels } }, ctx.clock.now())
  })
}
