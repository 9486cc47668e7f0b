import { type HistoryResponse, operations } from '@slipway/contract'
import type { FastifyInstance } from 'fastify'
import type { EdgeContext } from '../../context.ts'
import { problem } from '../../errors.ts'
import { readDependencies, readGraph } from '../../operations/flow-run-graph.ts'
import {
  averageLateness,
  flowRunHistory,
  type HistoryInterval,
  type HistoryRequest,
} from '../../store/run-statistics.ts'
import { mount } from '../mount.ts'
import { flowRunNotFound } from './flow-run-states.ts'

export function mountFlowRunStatisticsRoutes(app: FastifyInstance, ctx: EdgeContext): void {
  mount(app, operations.averageFlowRunLateness, ({ body, workspace_id }) =>
    averageLateness(ctx.db, workspace_id, body, ctx.clock.now()),
  )
  mount(app, operations.flowRunHistory, async ({ body, workspace_id }) => {
    const filters = { ...body, work_pool_queues: body.work_queues ?? null }
    return historyResponse(await flowRunHistory(ctx.db, workspace_id, historyRequest(body, filters), ctx.clock.now()))
  })
  mount(app, operations.readFlowRunGraph, async ({ params, workspace_id }) => {
    const dependencies = await readDependencies(ctx, workspace_id, params.id)
    if (dependencies === null) throw flowRunNotFound(params.id)
    return dependencies
  })
  mount(app, operations.readFlowRunGraphV2, async ({ params, query, workspace_id }) => {
    const graph = await readGraph(ctx, workspace_id, params.id, query.since ?? null)
    if (graph === null) throw flowRunNotFound(params.id)
    return graph
  })
}

interface HistoryBody {
  readonly history_start: string
  readonly history_end: string
  readonly history_interval_seconds: number
}

export function historyRequest(body: HistoryBody, filters: HistoryRequest['filters']): HistoryRequest {
  const { history_start: start, history_end: end, history_interval_seconds: interval_seconds } = body
  if (interval_seconds < 1) throw problem(422, 'History interval must not be less than 1 second.')
  return { start, end, interval_seconds, filters }
}

export function historyResponse(intervals: HistoryInterval[]): HistoryResponse[] {
  // The column holds nothing but state types; the catalog only knows text.
  return intervals as HistoryResponse[]
}
