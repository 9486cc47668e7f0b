import { isUuid } from '@slipway/contract'
import type { Context } from '../context.ts'
import { findResource } from '../domain/automations/context.ts'
import { problem } from '../errors.ts'
import type { ResourceLabels } from '../events/flow-run-state-event.ts'
import type { Transaction } from '../store/database.ts'
import { lockWorkPoolById } from '../store/work-pools.ts'
import { findWorkQueue } from '../store/work-queues.ts'
import { type ActionResult, failure, type PendingAction, success } from './action-occasion.ts'
import { setDeploymentPaused } from './change-deployment.ts'
import { applyPoolChange } from './change-work-pool.ts'
import { changeWorkQueue } from './change-work-queue.ts'
import { enableAutomation } from './edit-automations.ts'
import { joinTransaction } from './join-transaction.ts'

type ThingAction = Extract<PendingAction['action'], { type: `${'pause' | 'resume'}-${Kind}` }>
type Kind = 'deployment' | 'work-pool' | 'work-queue' | 'automation'

/** Pauses a deployment, a work pool, a work queue or an automation, or lets it go on. */
export async function actOnThing(
  ctx: Context,
  tx: Transaction,
  pending: PendingAction,
  action: ThingAction,
): Promise<ActionResult> {
  const joined = joinTransaction(ctx, tx)
  const { workspace_id } = pending
  const is_paused = action.type.startsWith('pause-')
  switch (action.type) {
    case 'pause-deployment':
    case 'resume-deployment': {
      const id = selected(pending, 'deployment', action.deployment_id)
      if (id === null) return notInferred(pending, 'deployment')
      if (!(await setDeploymentPaused(joined, workspace_id, id, is_paused))) throw notFound('Deployment')
      return success({ status_code: 200 }, [targetOf('deployment', id)])
    }
    case 'pause-work-pool':
    case 'resume-work-pool': {
      const id = selected(pending, 'work-pool', action.work_pool_id)
      if (id === null) return notInferred(pending, 'work pool')
      const pool = await lockWorkPoolById(tx, workspace_id, id)
      if (pool === null) return failure(`Work pool ${id} not found`)
      await applyPoolChange(ctx, tx, pool, { is_paused })
      return success({ status_code: 204 }, [targetOf('work-pool', id, pool.name)])
    }
    case 'pause-work-queue':
    case 'resume-work-queue': {
      const id = selected(pending, 'work-queue', action.work_queue_id)
      if (id === null) return notInferred(pending, 'work queue')
      const queue = await findWorkQueue(tx, workspace_id, id)
      if (queue === null) throw notFound('Work queue')
      await changeWorkQueue(joined, queue, { is_paused }, { makes_room: false })
      return success({ status_code: 204 }, [targetOf('work-queue', id)])
    }
    case 'pause-automation':
    case 'resume-automation': {
      const id = selected(pending, 'automation', action.automation_id)
      if (id === null) return notInferred(pending, 'automation')
      await enableAutomation(joined, workspace_id, id, !is_paused)
      return success({ status_code: 204 }, [targetOf('automation', id)])
    }
  }
}

/** What the action names, else what the event is about. */
export function selected({ event }: PendingAction, kind: Kind, given: string | null | undefined): string | null {
  if (given !== null && given !== undefined) return given
  const found = findResource(event, `prefect.${kind}`)
  return found !== null && isUuid(found.id) ? found.id : null
}

export function notInferred({ event }: PendingAction, what: string): ActionResult {
  return failure(event === null ? `No event to infer the ${what}` : `No ${what} could be inferred`)
}

export function targetOf(kind: Kind, id: string, name?: string): ResourceLabels {
  return {
    'prefect.resource.id': `prefect.${kind}.${id}`,
    ...(name === undefined ? {} : { 'prefect.resource.name': name }),
    'prefect.resource.role': 'target',
  }
}

function notFound(what: string): Error {
  return problem(404, `${what} not found`)
}
