import { Type } from 'typebox'
import { joinedByPool, joinedByQueue } from '../filters/joined.ts'
import { WorkQueueFilter } from '../filters/work-queues.ts'
import { HistoryResponse } from '../flow-runs.ts'
import { DependencyResult, Graph } from '../graphs.ts'
import { ById } from '../ids.ts'
import { DateTime, Duration } from '../json.ts'
import { operation } from '../operation.ts'
import { Nullable } from '../schema.ts'

export const averageFlowRunLateness = operation({
  id: 'averageFlowRunLateness',
  method: 'POST',
  path: '/flow_runs/lateness',
  summary: 'Average lateness in seconds',
  tags: ['Flow runs'],
  scope: 'read',
  body: Type.Object({ ...joinedByQueue }),
  embedded: true,
  response: Nullable(Type.Number()),
})

export const flowRunHistory = operation({
  id: 'flowRunHistory',
  method: 'POST',
  path: '/flow_runs/history',
  summary: 'Count flow runs by state and interval',
  tags: ['Flow runs'],
  scope: 'read',
  body: Type.Object({
    ...joinedByPool,
    history_start: DateTime,
    history_end: DateTime,
    history_interval_seconds: Duration,
    work_queues: Type.Optional(Nullable(WorkQueueFilter)),
  }),
  embedded: true,
  response: Type.Array(HistoryResponse),
})

export const readFlowRunGraph = operation({
  id: 'readFlowRunGraph',
  method: 'GET',
  path: '/flow_runs/{id}/graph',
  summary: 'Task runs of a flow run and what they depend on',
  tags: ['Flow runs'],
  scope: 'read',
  params: ById,
  response: Type.Array(DependencyResult),
  errors: [404],
})

export const readFlowRunGraphV2 = operation({
  id: 'readFlowRunGraphV2',
  method: 'GET',
  path: '/flow_runs/{id}/graph-v2',
  summary: 'The graph of a flow run',
  tags: ['Flow runs'],
  scope: 'read',
  params: ById,
  query: Type.Object({ since: Type.Optional(DateTime) }),
  response: Graph,
  errors: [404],
})
