import { type Action, type EventTrigger, LEAST_PROACTIVE_SECONDS, type Trigger } from '@slipway/contract'

/** The trigger and all within it, each with an id of its own: what they have seen so far is kept by it. */
export function identifyTrigger(trigger: Trigger, newId: () => string): Trigger {
  const id = newId()
  switch (trigger.type) {
    case 'event':
      return { ...trigger, id, within: withinOf(trigger) }
    case 'compound':
    case 'sequence':
      return { ...trigger, id, triggers: trigger.triggers.map((inner) => identifyTrigger(inner, newId)) }
  }
}

/** Nothing can be awaited for no time: as in Prefect, who does not say how long waits for the least that is allowed. */
function withinOf({ posture, within = 0 }: EventTrigger): number {
  return posture === 'Proactive' && within === 0 ? LEAST_PROACTIVE_SECONDS : within
}

/** Resources that actions act on, as events name them. */
export function resourcesOfActions(actions: readonly Action[]): readonly string[] {
  return [...new Set(actions.flatMap((action) => resourceOf(action) ?? []))]
}

function resourceOf(action: Action): string | null {
  switch (action.type) {
    case 'run-deployment':
    case 'pause-deployment':
    case 'resume-deployment':
      return named('deployment', action.deployment_id)
    case 'pause-work-pool':
    case 'resume-work-pool':
      return named('work-pool', action.work_pool_id)
    case 'pause-work-queue':
    case 'resume-work-queue':
      return named('work-queue', action.work_queue_id)
    case 'pause-automation':
    case 'resume-automation':
      return named('automation', action.automation_id)
    case 'send-notification':
    case 'call-webhook':
      return named('block-document', action.block_document_id)
    case 'do-nothing':
    case 'cancel-flow-run':
    case 'delete-flow-run':
    case 'change-flow-run-state':
    case 'suspend-flow-run':
    case 'resume-flow-run':
      return null
  }
}

function named(kind: string, id: string | null | undefined): string | null {
  return id === null || id === undefined ? null : `prefect.${kind}.${id}`
}
