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
  let limit = EVENTS_PER_PASS
  return {
    name: 'automation-runner',
    intervalMs: SWEEP_MS,
    async runOnce(ctx) {
      const asked = limit
      // When a pass fails, what it took may be too much at once: the next one takes less, down to one event.
      limit = Math.max(1, Math.floor(asked / 4))
      const evaluation = await evaluateAutomations(ctx, known, asked)
      limit = Math.min(EVENTS_PER_PASS, asked * 2)
      known = evaluation.known
      const done = await performActions(ctx, ACTIONS_PER_PASS)
      if (evaluation.more || done === ACTIONS_PER_PASS) return 'more'
      if (evaluation.untold) ctx.timers.after(LOOK_AGAIN_MS, wake)
      return 'idle'
    },
  }
}
