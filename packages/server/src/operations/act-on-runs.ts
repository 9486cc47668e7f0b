import { addSeconds, isUuid, type Timestamp } from '@slipway/contract'
import type { Context } from '../context.ts'
import { findResource, objectId } from '../domain/automations/context.ts'
import { RESOURCE_ID } from '../domain/events/matches.ts'
import { proposeState, type StateRequest } from '../domain/orchestration/proposal.ts'
import { problem } from '../errors.ts'
import type { ResourceLabels } from '../events/flow-run-state-event.ts'
import type { Transaction } from '../store/database.ts'
import { type ActionResult, failure, type PendingAction, success } from './action-occasion.ts'
import { serverCaller } from './callers.ts'
import { removeFlowRuns } from './delete-flow-runs.ts'
import { proposeFlowRunStates } from './flow-run-transitions.ts'
import { joinTransaction } from './join-transaction.ts'
import { resumeFlowRun } from './resume-flow-run.ts'

type RunAction = Extract<
  PendingAction['action'],
  { type: 'cancel-flow-run' | 'delete-flow-run' | 'change-flow-run-state' | 'suspend-flow-run' | 'resume-flow-run' }
>

/** How long a run that was suspended by an automation waits for somebody to resume it. */
const SUSPENDED_SECONDS = 3_600

/** Does something to the flow run that the firing is about. */
export async function actOnFlowRun(
  ctx: Context,
  tx: Transaction,
  pending: PendingAction,
  action: RunAction,
): Promise<ActionResult> {
  const flow_run_id = inferFlowRun(pending)
  if (flow_run_id === null) return failure('No flow run could be inferred')
  const target: Target = { flow_run_id, workspace_id: pending.workspace_id, related: [targetOf(flow_run_id)] }
  const now = ctx.clock.now()
  switch (action.type) {
    case 'delete-flow-run': {
      const gone = await removeFlowRuns(joinTransaction(ctx, tx), target.workspace_id, [flow_run_id])
      if (gone.length === 0) throw problem(404, 'Flow run not found')
      return success({ status_code: 204 }, target.related)
    }
    case 'resume-flow-run':
      return await resume(ctx, tx, target)
    case 'cancel-flow-run':
    case 'change-flow-run-state':
    case 'suspend-flow-run': {
      const force = action.type === 'change-flow-run-state' && action.force === true
      return await propose(ctx, tx, target, { request: stateFor(action, pending.automation.id, now), force, now })
    }
  }
}

interface Target {
  readonly flow_run_id: string
  readonly workspace_id: string
  readonly related: readonly ResourceLabels[]
}

/** A firing for each run is about that run, whether there was an event or not. */
function inferFlowRun({ firing, event }: PendingAction): string | null {
  const watched = objectId(firing.triggering_labels[RESOURCE_ID] ?? '', 'prefect.flow-run')
  if (watched !== null && isUuid(watched)) return watched
  const found = findResource(event, 'prefect.flow-run')
  return found !== null && isUuid(found.id) ? found.id : null
}

function targetOf(id: string): ResourceLabels {
  return { 'prefect.resource.id': `prefect.flow-run.${id}`, 'prefect.resource.role': 'target' }
}

function stateFor(
  action: Extract<RunAction, { type: 'cancel-flow-run' | 'change-flow-run-state' | 'suspend-flow-run' }>,
  automation_id: string,
  now: Timestamp,
): StateRequest {
  switch (action.type) {
    case 'cancel-flow-run':
      return { type: 'CANCELLING', message: `Cancelled by Automation ${automation_id}` }
    case 'suspend-flow-run':
      return {
        type: 'PAUSED',
        name: 'Suspended',
        message: `Suspended by Automation ${automation_id}`,
        state_details: { pause_timeout: addSeconds(now, SUSPENDED_SECONDS), pause_reschedule: true },
      }
    case 'change-flow-run-state': {
      const given = action.message ?? ''
      const message = given === '' ? `State changed by Automation ${automation_id}` : given
      return { type: action.state, name: action.name, message }
    }
  }
}

async function propose(
  ctx: Context,
  tx: Transaction,
  { flow_run_id, workspace_id, related }: Target,
  { request, force, now }: { readonly request: StateRequest; readonly force: boolean; readonly now: Timestamp },
): Promise<ActionResult> {
  const proposed = proposeState(request, now)
  const proposal = { workspace_id, flow_run_id, proposed, force, caller: serverCaller }
  const [outcome] = await proposeFlowRunStates(ctx, tx, [proposal], now)
  if (outcome?.kind !== 'decided') throw problem(404, 'Flow run not found')
  const { verdict, written } = outcome
  const details = { status_code: written ? 201 : 200 }
  if (verdict.kind === 'accept') return success(details, related)
  return failure(`Failed to set state: ${verdict.reason}`, details, related)
}

async function resume(
  ctx: Context,
  tx: Transaction,
  { flow_run_id, workspace_id, related }: Target,
): Promise<ActionResult> {
  const request = { workspace_id, flow_run_id, run_input: null, caller: serverCaller }
  const resumption = await resumeFlowRun(joinTransaction(ctx, tx), request)
  if (resumption === null) throw problem(404, 'Flow run not found')
  const { details } = resumption.answer
  if (details.type === 'accept_details') return success({}, related)
  return failure(`Failed to resume flow run: ${details.reason}`, {}, related)
}
