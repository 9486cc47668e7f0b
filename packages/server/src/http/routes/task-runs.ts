import { operations } from '@slipway/contract'
import type { FastifyInstance } from 'fastify'
import type { EdgeContext } from '../../context.ts'
import { proposeState } from '../../domain/orchestration/proposal.ts'
import { problem, SlipwayError } from '../../errors.ts'
import { integrityConflict } from '../../operations/integrity-conflict.ts'
import { orchestrationAnswer } from '../../operations/orchestration-result.ts'
import { removeTaskRun } from '../../operations/remove-task-run.ts'
import { setTaskRunState } from '../../operations/set-task-run-state.ts'
import { findTaskRunState, listTaskRunStates } from '../../store/run-states.ts'
import { taskRunHistory } from '../../store/run-statistics.ts'
import { countTaskRuns, listTaskRuns } from '../../store/task-run-lists.ts'
import { findTaskRun, renameTaskRun } from '../../store/task-runs.ts'
import { mount, reply } from '../mount.ts'
import { offsetOf, pageOf } from '../paging.ts'
import { stateResponse, statesResponse } from './flow-run-states.ts'
import { historyRequest, historyResponse } from './flow-run-statistics.ts'
import { taskRunOfPage, taskRunView } from './task-run-response.ts'

export function mountTaskRunRoutes(app: FastifyInstance, ctx: EdgeContext): void {
  mount(app, operations.createTaskRun, async ({ body, workspace_id }) => {
    const made = await ctx.writeTaskRun({ ...body, id: body.id ?? ctx.ids.uuid(), workspace_id })
    if (made.kind === 'conflict') throw integrityConflict()
    return reply(made.kind === 'created' ? 201 : 200, taskRunView(made.row, ctx.clock.now()))
  })
  mount(app, operations.updateTaskRun, async ({ params, body, workspace_id }) => {
    const found = await renameTaskRun(ctx.db, workspace_id, params.id, body.name ?? null, ctx.clock.now())
    if (!found) throw problem(404, 'Task run not found')
  })
  mount(app, operations.readTaskRun, async ({ params, workspace_id }) => {
    const row = await findTaskRun(ctx.db, workspace_id, params.id)
    if (row === null) throw taskNotFound()
    return taskRunView(row, ctx.clock.now())
  })
  mount(app, operations.deleteTaskRun, async ({ params, workspace_id }) => {
    if (!(await removeTaskRun(ctx, workspace_id, params.id))) throw taskNotFound()
  })
  mount(app, operations.setTaskRunState, async ({ params, body, workspace_id }) => {
    const proposed = proposeState(body.state, ctx.clock.now())
    const proposal = { workspace_id, task_run_id: params.id, proposed, force: body.force }
    const outcome = await setTaskRunState(ctx, proposal)
    if (outcome.kind === 'not-found')
      throw new SlipwayError(404, { exception_message: `Task run with id ${params.id} not found` })
    return reply(outcome.written ? 201 : 200, orchestrationAnswer(outcome.verdict, outcome.state))
  })
  mountTaskRunLists(app, ctx)
  mount(app, operations.readTaskRunStates, async ({ query, workspace_id }) =>
    statesResponse(await listTaskRunStates(ctx.db, workspace_id, query.task_run_id)),
  )
  mount(app, operations.readTaskRunState, async ({ params, workspace_id }) => {
    const state = await findTaskRunState(ctx.db, workspace_id, params.id)
    if (state === null) throw problem(404, 'Flow run state not found')
    return stateResponse(state)
  })
}

function mountTaskRunLists(app: FastifyInstance, ctx: EdgeContext): void {
  mount(app, operations.readTaskRuns, async ({ body, workspace_id }) => {
    const rows = await listTaskRuns(ctx.db, workspace_id, { ...body, filters: body })
    const now = ctx.clock.now()
    return rows.map((row) => taskRunView(row, now))
  })
  mount(app, operations.countTaskRuns, ({ body, workspace_id }) => countTaskRuns(ctx.db, workspace_id, body))
  mount(app, operations.paginateTaskRuns, async ({ body, workspace_id }) => {
    const [rows, count] = await Promise.all([
      listTaskRuns(ctx.db, workspace_id, { ...body, filters: body, offset: offsetOf(body) }),
      countTaskRuns(ctx.db, workspace_id, body),
    ])
    const now = ctx.clock.now()
    const results = rows.map((row) => taskRunOfPage(row, now))
    return pageOf(results, count, body)
  })
  mount(app, operations.taskRunHistory, async ({ body, workspace_id }) => {
    const request = historyRequest(body, body)
    return historyResponse(await taskRunHistory(ctx.db, workspace_id, request, ctx.clock.now()))
  })
}

export function taskNotFound(): SlipwayError {
  return problem(404, 'Task not found')
}
