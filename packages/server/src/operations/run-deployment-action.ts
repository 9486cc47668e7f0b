import { addSeconds, type Json, type JsonObject, type RunDeployment } from '@slipway/contract'
import type { Context } from '../context.ts'
import { declareTemplates, textsOf } from '../domain/automations/templates.ts'
import { hydrateWith, type Hydration, variablesToHydrate } from '../domain/json-schema/hydrate.ts'
import { NO_DETAILS } from '../domain/orchestration/proposal.ts'
import { problem } from '../errors.ts'
import type { Transaction } from '../store/database.ts'
import { findDeploymentForRun } from '../store/deployments.ts'
import { listWantedVariables } from './hydrate-values.ts'
import { type ActionResult, failure, namesFor, type PendingAction, success } from './action-occasion.ts'
import { notInferred, selected, targetOf } from './act-on-things.ts'
import { serverCaller } from './callers.ts'
import { createFlowRuns } from './create-flow-run.ts'
import { draftRunOfDeployment } from './create-run-of-deployment.ts'
import { joinTransaction } from './join-transaction.ts'

/** A run of a deployment, made once however often the action is tried: it is named after the invocation. */
export async function runDeployment(
  ctx: Context,
  tx: Transaction,
  pending: PendingAction,
  action: RunDeployment,
): Promise<ActionResult> {
  const id = selected(pending, 'deployment', action.deployment_id)
  if (id === null) return notInferred(pending, 'deployment')
  const joined = joinTransaction(ctx, tx)
  const related = [targetOf('deployment', id)]
  const { automation, workspace_id } = pending
  const rendered = await renderParameters(joined, pending, action.parameters ?? {})
  if (rendered.kind === 'failed') {
    return failure(`Unable to create flow run from deployment: ${rendered.message}`, {}, related)
  }
  const deployment = await findDeploymentForRun(tx, workspace_id, id)
  if (deployment === null) throw problem(404, 'Deployment not found')
  const now = ctx.clock.now()
  const draft = await draftRunOfDeployment(joined, deployment, {
    in_bulk: false,
    created_by: { id: automation.id, type: 'AUTOMATION', display_value: automation.name },
    request: {
      name: null,
      state: {
        type: 'SCHEDULED',
        name: 'Scheduled',
        message: null,
        data: null,
        state_details: { ...NO_DETAILS, scheduled_time: addSeconds(now, action.schedule_after ?? 0) },
      },
      parameters: rendered.value,
      enforce_parameter_schema: null,
      context: {},
      infrastructure_document_id: null,
      tags: [],
      idempotency_key: `automation ${automation.id}, action ${pending.action_index}, invocation ${pending.id}`,
      labels: {},
      parent_task_run_id: null,
      work_queue_name: null,
      job_variables: action.job_variables ?? null,
    },
  })
  const [created] = await createFlowRuns(ctx, tx, [draft], serverCaller, now)
  if (created === undefined || created.kind === 'no-flow') throw problem(404, 'Flow not found')
  const made = {
    'prefect.resource.id': `prefect.flow-run.${created.row.id}`,
    'prefect.resource.role': 'flow-run',
    'prefect.resource.name': created.row.name,
  }
  return success({ status_code: created.kind === 'created' ? 201 : 200 }, [...related, made])
}

async function renderParameters(ctx: Context, pending: PendingAction, given: JsonObject): Promise<Hydration> {
  const parameters = declareTemplates(given)
  const names = await namesFor(ctx, pending, textsOf(parameters))
  const found = await listWantedVariables(ctx.db, pending.workspace_id, variablesToHydrate(parameters))
  return hydrateWith(parameters, {
    names,
    variables: new Map<string, Json>(found.map(({ name, value }) => [name, value])),
  })
}
