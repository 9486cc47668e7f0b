import type { Rule } from '../rule.ts'
import { ANY_ORIGIN, type FlowRunFacts } from '../verdict.ts'

/** Each pause of a flow fires once: its key is remembered, or a resumed flow would pause at the same place for ever. */
export const pausing: Rule<FlowRunFacts> = {
  name: 'pausing',
  from: ANY_ORIGIN,
  to: ['PAUSED'],
  check({ run, fresh }, proposed) {
    const verb = proposed.name === 'Suspended' ? 'suspend' : 'pause'
    if (run.state === null) return { kind: 'abort', reason: `Cannot ${verb} flows with no state.` }
    if (run.state.type !== 'RUNNING') {
      return { kind: 'reject', state: null, reason: `Cannot ${verb} flows that are not currently running.` }
    }
    const key = proposed.state_details.pause_key ?? fresh.pause_key
    const fired = run.empirical_policy.pause_keys ?? []
    if (fired.includes(key)) return { kind: 'reject', state: null, reason: `This ${verb} has already fired.` }
    if (proposed.state_details.pause_reschedule) {
      if (run.parent_task_run_id !== null) return { kind: 'abort', reason: `Cannot ${verb} subflows.` }
      if (run.deployment_id === null) return { kind: 'abort', reason: `Cannot ${verb} flows without a deployment.` }
    }
    return { kind: 'pass', after: { policy: { pause_keys: [...fired, key] } } }
  },
}
