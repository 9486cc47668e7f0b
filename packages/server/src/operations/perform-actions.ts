import { addSeconds } from '@slipway/contract'
import type { Context } from '../context.ts'
import { SlipwayError } from '../errors.ts'
import { earlierAutomations } from '../domain/automations/chain.ts'
import { actionEvents } from '../events/automation-events.ts'
import { deleteAction, lockNextAction, postponeAction } from '../store/automation-actions.ts'
import type { Transaction } from '../store/database.ts'
import { appendEvents } from '../store/events.ts'
import { withSavepoint } from '../store/savepoint.ts'
import { actOnFlowRun } from './act-on-runs.ts'
import { actOnThing } from './act-on-things.ts'
import { type ActionResult, failure, type PendingAction, pendingAction, success } from './action-occasion.ts'
import { runDeployment } from './run-deployment-action.ts'

const MOST_TRIES = 5
const PAUSE_SECONDS = 5

/**
 * Does what automations have to do that needs nobody outside, one after another. What an action changes, its outcome and
 * its end are one transaction: it is done once, wherever a server dies.
 */
export async function performActions(ctx: Context, limit: number): Promise<number> {
  for (let done = 0; done < limit; done += 1) {
    if (!(await performNext(ctx))) return done
  }
  return limit
}

async function performNext(ctx: Context): Promise<boolean> {
  let begun: PendingAction | null = null
  try {
    return await ctx.db.transaction(async (tx) => {
      const row = await lockNextAction(tx, ctx.clock.now())
      if (row === null) return false
      begun = pendingAction(row)
      await conclude(ctx, tx, begun, await attempt(ctx, tx, begun))
      return true
    })
  } catch (error) {
    if (begun === null) throw error
    // A deadlock, or a mistake of ours: the others must not wait for it, nor may it come back for ever.
    await postponeOrGiveUp(ctx, begun, error)
    return true
  }
}

/** What the caller of the same request would be told is the reason of a failure. */
async function attempt(ctx: Context, tx: Transaction, pending: PendingAction): Promise<ActionResult> {
  try {
    return await withSavepoint(tx, () => act(ctx, tx, pending))
  } catch (error) {
    if (!(error instanceof SlipwayError)) throw error
    const { status, message } = error
    const reason =
      status === 409 || status === 422
        ? `Validation error occurred for '${pending.action.type}' - ${message}`
        : `Unexpected status from '${pending.action.type}' action: ${status} (${message})`
    return failure(reason, { status_code: status, ...(status === 409 ? { validation_error: message } : {}) })
  }
}

async function act(ctx: Context, tx: Transaction, pending: PendingAction): Promise<ActionResult> {
  const { action } = pending
  switch (action.type) {
    case 'do-nothing':
      return success({}, [])
    case 'run-deployment':
      return await runDeployment(ctx, tx, pending, action)
    case 'cancel-flow-run':
    case 'delete-flow-run':
    case 'change-flow-run-state':
    case 'suspend-flow-run':
    case 'resume-flow-run':
      return await actOnFlowRun(ctx, tx, pending, action)
    case 'pause-deployment':
    case 'resume-deployment':
    case 'pause-work-pool':
    case 'resume-work-pool':
    case 'pause-work-queue':
    case 'resume-work-queue':
    case 'pause-automation':
    case 'resume-automation':
      return await actOnThing(ctx, tx, pending, action)
    case 'send-notification':
    case 'call-webhook':
      throw new Error(`${action.type} calls somebody outside, which a transaction must not`)
  }
}

async function postponeOrGiveUp(ctx: Context, pending: PendingAction, error: unknown): Promise<void> {
  ctx.log.error({ err: error, action_type: pending.action.type }, 'An action of an automation failed')
  if (pending.tries + 1 < MOST_TRIES) {
    const seconds = PAUSE_SECONDS * 2 ** pending.tries
    await postponeAction(ctx.db, pending.id, addSeconds(ctx.clock.now(), seconds))
    return
  }
  await ctx.db.transaction((tx) => conclude(ctx, tx, pending, failure('The server failed; its log tells why')))
}

/** Tells how an action ended, and forgets it. Nothing when another server has done so. */
export async function conclude(
  ctx: Context,
  tx: Transaction,
  pending: PendingAction,
  { reason, details, related }: ActionResult,
): Promise<void> {
  if (!(await deleteAction(tx, pending.id))) return
  const { action, action_index, automation, event, firing, id, triggered_event_id, workspace_id } = pending
  const now = ctx.clock.now()
  const events = actionEvents(
    {
      automation,
      action_index,
      action_type: action.type,
      invocation: id,
      triggered: firing.triggered,
      triggering_event: event,
      triggered_event_id,
      reason,
      details,
      related,
      earlier: earlierAutomations(firing.triggering_event),
    },
    { event_id: ctx.ids.uuid7(), now: firing.triggered },
    { event_id: ctx.ids.uuid7(), now },
  )
  await appendEvents(tx, workspace_id, events, now)
}
