import { operations } from '@slipway/contract'
import type { FastifyInstance } from 'fastify'
import type { EdgeContext } from '../../context.ts'
import { proposeState } from '../../domain/orchestration/proposal.ts'
import { SlipwayError } from '../../errors.ts'
import { orchestrationAnswer } from '../../operations/orchestration-result.ts'
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
}

/** Prefect's clients get this one under another key than other absences. */
export function flowRunNotFound(id: string): SlipwayError {
  return new SlipwayError(404, { exception_message: `Flow run with id ${id} not found` })
}
