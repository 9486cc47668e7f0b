import { evaluateAutomations, type KnownAutomations } from '../operations/evaluate-automations.ts'
import { performActions } from '../operations/perform-actions.ts'
import type { Service } from './service.ts'

const EVENTS_PER_PASS = 500
const ACTIONS_PER_PASS = 100
/** Every commit of an event wakes the loop; this is for messages that were lost and for what fires by time. */
const SWEEP_MS = 1_000
/** A transaction that holds newer events back is usually over sooner, and its end wakes nobody. */
const LOOK_AGAIN_MS = 20

/** Holds every event against every automation, on one server at a time, and does what follows. */
export function createAutomationRunner(wake: () => void): Service {
  let known: KnownAutomations | null = null
  return {
    name: 'automation-runner',
    intervalMs: SWEEP_MS,
    async runOnce(ctx) {
      const evaluation = await evaluateAutomations(ctx, known, EVENTS_PER_PASS)
      known = evaluation.known
      const done = await performActions(ctx, ACTIONS_PER_PASS)
      if (evaluation.more || done === ACTIONS_PER_PASS) return 'more'
      if (evaluation.untold) ctx.timers.after(LOOK_AGAIN_MS, wake)
      return 'idle'
    },
  }
}
