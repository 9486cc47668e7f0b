import { type JsonObject, operations, type State } from '@slipway/contract'
import type { FastifyInstance } from 'fastify'
import type { EdgeContext } from '../../context.ts'
import { proposeState } from '../../domain/orchestration/proposal.ts'
import { problem, SlipwayError } from '../../errors.ts'
import type { FlowRunOutcome } from '../../operations/flow-run-transitions.ts'
import { type OrchestrationAnswer, orchestrationAnswer } from '../../operations/orchestration-result.ts'
import { resumeFlowRun } from '../../operations/resume-flow-run.ts'
import { setFlowRunStates } from '../../operations/set-flow-run-state.ts'
import { flowRunCondition } from '../../store/filters/flow-runs.ts'
import { listFlowRunIds } from '../../store/flow-run-lists.ts'
import { findFlowRunState, listFlowRunStates } from '../../store/run-states.ts'
import { mount, reply } from '../mount.ts'

export function mountFlowRunStateRoutes(app: FastifyInstance, ctx: EdgeContext): void {
  mount(app, operations.setFlowRunState, async ({ params, body, workspace_id, caller }) => {
    const outcome = await ctx.writeFlowRunState({
      workspace_id,
      flow_run_id: params.id,
      proposed: proposeState(body.state, ctx.clock.now()),
      force: body.force,
      caller,
    })
    if (outcome.kind === 'not-found') throw flowRunNotFound(params.id)
    return reply(outcome.written ? 201 : 200, orchestrationAnswer(outcome.verdict, outcome.state))
  })
  mount(app, operations.resumeFlowRun, async ({ params, body, workspace_id, caller }) => {
    const request = { workspace_id, flow_run_id: params.id, run_input: body.run_input ?? null, caller }
    const resumed = await resumeFlowRun(ctx, request)
    if (resumed === null) throw flowRunNotFound(params.id)
    return reply(resumed.written ? 201 : 200, resumed.answer)
  })
  mount(app, operations.bulkSetFlowRunState, async ({ body, workspace_id, caller }) => {
    const ids = await listFlowRunIds(ctx.db, workspace_id, flowRunCondition(body.flow_runs), body.limit)
    const proposed = proposeState(body.state, ctx.clock.now())
    const proposals = ids.map((id) => ({ workspace_id, flow_run_id: id, proposed, force: body.force, caller }))
    const outcomes = await setFlowRunStates(ctx, proposals)
    return { results: outcomes.map((outcome, index) => ({ flow_run_id: ids[index] ?? '', ...bulkAnswer(outcome) })) }
  })
  mount(app, operations.readFlowRunStates, async ({ query, workspace_id }) =>
    statesResponse(await listFlowRunStates(ctx.db, workspace_id, query.flow_run_id)),
  )
  mount(app, operations.readFlowRunState, async ({ params, workspace_id }) => {
    const state = await findFlowRunState(ctx.db, workspace_id, params.id)
    if (state === null) throw problem(404, 'Flow run state not found')
    return stateResponse(state)
  })
}

function bulkAnswer(outcome: FlowRunOutcome): OrchestrationAnswer {
  if (outcome.kind === 'decided') return orchestrationAnswer(outcome.verdict, outcome.state)
  return orchestrationAnswer({ kind: 'abort', reason: 'The flow run was deleted.' }, null)
}

/** The history holds states as they go over the wire. */
export function stateResponse(state: JsonObject): State {
  return state as unknown as State
}

export function statesResponse(states: readonly JsonObject[]): State[] {
  return states.map(stateResponse)
}

/** Prefect's clients get this one under another key than other absences. */
export function flowRunNotFound(id: string): SlipwayError {
  return new SlipwayError(404, { exception_message: `Flow run with id ${id} not found` })
}
