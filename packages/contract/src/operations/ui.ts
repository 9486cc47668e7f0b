import { Type } from 'typebox'
import { DeploymentFilter } from '../filters/deployments.ts'
import { FlowRunFilter, FlowRunSort } from '../filters/flow-runs.ts'
import { FlowFilter } from '../filters/flows.ts'
import { joined, joinedByPool } from '../filters/joined.ts'
import { TaskRunFilter } from '../filters/task-runs.ts'
import { WorkPoolFilter } from '../filters/work-pools.ts'
import { WorkQueueFilter } from '../filters/work-queues.ts'
import { ById, Uuid } from '../ids.ts'
import { JsonObject } from '../json.ts'
import { operation } from '../operation.ts'
import { PageOffset } from '../paging.ts'
import { Default, Integer, MapOf, Nullable } from '../schema.ts'
import { CountByState, SimpleFlowRun, SimpleNextFlowRun, TaskRunCount, UITaskRun } from '../task-runs.ts'
import { SchemaValuesValidationResponse } from '../ui.ts'

export const countDeploymentsByFlow = operation({
  id: 'countDeploymentsByFlow',
  method: 'POST',
  path: '/ui/flows/count-deployments',
  summary: 'Count deployments of flows',
  tags: ['Screens'],
  scope: 'read',
  body: Type.Object({ flow_ids: Type.Array(Uuid) }),
  embedded: true,
  response: MapOf(Integer()),
})

export const nextRunsByFlow = operation({
  id: 'nextRunsByFlow',
  method: 'POST',
  path: '/ui/flows/next-runs',
  summary: 'The next run of each flow',
  tags: ['Screens'],
  scope: 'read',
  body: Type.Object({ flow_ids: Type.Array(Uuid) }),
  embedded: true,
  response: MapOf(Nullable(SimpleNextFlowRun)),
})

export const readFlowRunHistory = operation({
  id: 'readFlowRunHistory',
  method: 'POST',
  path: '/ui/flow_runs/history',
  summary: 'Start, duration and lateness of flow runs',
  tags: ['Screens'],
  scope: 'read',
  body: Type.Object({
    ...joinedByPool,
    sort: Default(FlowRunSort, 'EXPECTED_START_TIME_DESC'),
    limit: Default(Integer({ minimum: 0, maximum: 1000 }), 1000),
    offset: PageOffset,
  }),
  embedded: true,
  response: Type.Array(SimpleFlowRun),
})

export const countTaskRunsByFlowRun = operation({
  id: 'countTaskRunsByFlowRun',
  method: 'POST',
  path: '/ui/flow_runs/count-task-runs',
  summary: 'Count task runs of flow runs',
  tags: ['Screens'],
  scope: 'read',
  body: Type.Object({ flow_run_ids: Type.Array(Uuid) }),
  embedded: true,
  response: MapOf(Integer()),
})

export const validateObject = operation({
  id: 'validateObject',
  method: 'POST',
  path: '/ui/schemas/validate',
  summary: 'Check values against a JSON Schema',
  tags: ['Screens'],
  scope: 'read',
  body: Type.Object({ schema: JsonObject, values: JsonObject }),
  embedded: true,
  response: SchemaValuesValidationResponse,
})

export const readDashboardTaskRunCounts = operation({
  id: 'readDashboardTaskRunCounts',
  method: 'POST',
  path: '/ui/task_runs/dashboard/counts',
  summary: 'Count finished and failed task runs by interval',
  tags: ['Screens'],
  scope: 'read',
  body: Type.Object({
    task_runs: TaskRunFilter,
    flows: Type.Optional(Nullable(FlowFilter)),
    flow_runs: Type.Optional(Nullable(FlowRunFilter)),
    deployments: Type.Optional(Nullable(DeploymentFilter)),
    work_pools: Type.Optional(Nullable(WorkPoolFilter)),
    work_queues: Type.Optional(Nullable(WorkQueueFilter)),
  }),
  embedded: true,
  response: Type.Array(TaskRunCount),
})

export const readTaskRunCountsByState = operation({
  id: 'readTaskRunCountsByState',
  method: 'POST',
  path: '/ui/task_runs/count',
  summary: 'Count task runs by state',
  tags: ['Screens'],
  scope: 'read',
  body: Type.Object({ ...joined }),
  embedded: true,
  response: CountByState,
})

export const readUiTaskRun = operation({
  id: 'readUiTaskRun',
  method: 'GET',
  path: '/ui/task_runs/{id}',
  summary: 'Read a task run with the name of its flow run',
  tags: ['Screens'],
  scope: 'read',
  params: ById,
  response: UITaskRun,
  errors: [404],
})
