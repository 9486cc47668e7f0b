import type { BodyOf, JsonObject, operations } from '@slipway/contract'
import type { Context } from '../context.ts'
import { bulkParameterError, checkParameters } from '../domain/json-schema/parameters.ts'
import { flowRunLabels } from '../domain/labels.ts'
import { randomName } from '../domain/names.ts'
import { NO_POLICY } from '../domain/orchestration/empirical-policy.ts'
import { proposeState } from '../domain/orchestration/proposal.ts'
import { checkRunJobVariables } from '../domain/templates/validate.ts'
import { problem } from '../errors.ts'
import type { DeploymentForRun } from '../store/deployments.ts'
import { findWorkPool } from '../store/work-pools.ts'
import type { FlowRunDraft } from './create-flow-run.ts'
import { asObject } from './create-deployment.ts'
import { ensureWorkQueue } from './edit-work-queues.ts'
import { asJson } from './flow-run-facts.ts'
import { hydrateValues } from './hydrate-values.ts'
import { newPatternCache, openDefaultBlocks, throwRefusal } from './template-blocks.ts'

export type RunRequest = BodyOf<typeof operations.createFlowRunFromDeployment>

export interface RunOrder {
  readonly request: RunRequest
  readonly created_by: JsonObject | null
  /** One of many: a complaint about its parameters is worded differently. */
  readonly in_bulk: boolean
}

/** The run that a request makes of a deployment, checked; nothing of it is written yet but a queue that was missing. */
export async function draftRunOfDeployment(
  ctx: Context,
  deployment: DeploymentForRun,
  order: RunOrder,
): Promise<FlowRunDraft> {
  const { request, created_by } = order
  const { flow_id, id: deployment_id, workspace_id } = deployment
  const parameters = await checkedParameters(ctx, deployment, order)
  await checkJobVariables(ctx, deployment, request.job_variables ?? {})
  const labels = flowRunLabels({
    flow_id,
    deployment_id,
    inherited: asObject(deployment.labels),
    given: request.labels,
  })
  return {
    run: {
      id: ctx.ids.uuid(),
      workspace_id,
      name: request.name ?? randomName(() => ctx.random.fraction()),
      flow_id,
      deployment_id,
      deployment_version: deployment.version,
      ...(await queueOf(ctx, deployment, request.work_queue_name)),
      flow_version: null,
      parameters,
      context: request.context,
      empirical_policy: request.empirical_policy ?? asJson(NO_POLICY),
      tags: [...new Set([...deployment.tags, ...request.tags])],
      labels,
      idempotency_key: request.idempotency_key,
      parent_task_run_id: request.parent_task_run_id,
      auto_scheduled: false,
      infrastructure_document_id: request.infrastructure_document_id ?? deployment.infrastructure_document_id,
      created_by,
      job_variables: request.job_variables ?? {},
    },
    state: proposeState(request.state ?? { type: 'SCHEDULED' }, ctx.clock.now()),
  }
}

async function checkedParameters(
  ctx: Context,
  deployment: DeploymentForRun,
  { request, in_bulk }: RunOrder,
): Promise<JsonObject> {
  const merged = { ...asObject(deployment.parameters), ...request.parameters }
  const hydration = await hydrateValues(ctx.db, deployment.workspace_id, merged)
  if (hydration.kind === 'failed') throw problem(400, `Error hydrating flow run parameters: ${hydration.message}`)
  const parameters = hydration.value
  if (!(request.enforce_parameter_schema ?? deployment.enforce_parameter_schema)) return parameters
  const schema = deployment.parameter_openapi_schema === null ? null : asObject(deployment.parameter_openapi_schema)
  const input = { parameters, schema, patterns: newPatternCache() }
  if (in_bulk) {
    const error = bulkParameterError(input)
    if (error !== null) throw problem(409, error)
    return parameters
  }
  const refusal = checkParameters({ ...input, action: 'creating flow run' })
  if (refusal !== null) throw problem(refusal.status, refusal.detail)
  return parameters
}

async function checkJobVariables(ctx: Context, deployment: DeploymentForRun, job_variables: JsonObject): Promise<void> {
  const { base_job_template } = deployment
  if (base_job_template === null || Object.keys(base_job_template).length === 0) return
  const blocks = await openDefaultBlocks(ctx, ctx.db, deployment.workspace_id, base_job_template)
  const refusal = checkRunJobVariables({
    base_job_template,
    blocks,
    patterns: newPatternCache(),
    deployment_job_variables: asObject(deployment.job_variables),
    flow_run_job_variables: job_variables,
    action: 'creating',
  })
  throwRefusal(refusal, deployment.work_pool_type ?? '')
}

async function queueOf(ctx: Context, deployment: DeploymentForRun, name: string | null) {
  if (name === null || name === '') {
    return { work_queue_id: deployment.work_queue_id, work_queue_name: deployment.work_queue_name }
  }
  const { id, work_pool_name, workspace_id } = deployment
  if (work_pool_name === null) {
    throw problem(
      400,
      `The run cannot go to the work queue "${name}": deployment ${id} has no work pool. Leave out work_queue_name, or give the deployment a work pool.`,
    )
  }
  const queue = await ctx.db.transaction(async (tx) => {
    const pool = await findWorkPool(tx, workspace_id, work_pool_name)
    return pool === null ? null : await ensureWorkQueue(ctx, tx, pool, name)
  })
  return { work_queue_id: queue?.id ?? null, work_queue_name: name }
}
