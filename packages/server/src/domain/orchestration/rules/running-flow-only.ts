import { proposeState } from '../proposal.ts'
import type { Rule } from '../rule.ts'
import { ANY_ORIGIN, type TaskRunFacts } from '../verdict.ts'

/** Tasks run only inside a flow that runs; those of a paused one wait as long as it does. */
export const runningFlowOnly: Rule<TaskRunFacts> = {
  name: 'running-flow-only',
  from: ANY_ORIGIN,
  to: ['RUNNING'],
  check({ flow_run, now }) {
    if (flow_run === null || flow_run.state?.type === 'RUNNING') return null
    if (flow_run.state?.type !== 'PAUSED') {
      return { kind: 'abort', reason: 'The enclosing flow must be running to begin task execution.' }
    }
    const { pause_timeout, pause_reschedule } = flow_run.state.state_details
    const paused = { type: 'PAUSED', name: 'NotReady', state_details: { pause_timeout, pause_reschedule } } as const
    return {
      kind: 'reject',
      state: proposeState(paused, now),
      reason: `The flow is paused, new tasks can execute after resuming flow run: ${flow_run.id}.`,
    }
  },
}
