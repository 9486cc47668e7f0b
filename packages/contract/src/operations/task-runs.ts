import { Type } from 'typebox'
import { joined } from '../filters/joined.ts'
import { TaskRunSort } from '../filters/task-runs.ts'
import { HistoryResponse } from '../flow-runs.ts'
import { ById, Uuid } from '../ids.ts'
import { DateTime, Duration } from '../json.ts'
import { BODY_16_MIB, operation } from '../operation.ts'
import { PageLimit, PageNumber, PageOffset } from '../paging.ts'
import { Default, Integer, Nullable } from '../schema.ts'
import { OrchestrationResult, State, StateCreate } from '../states.ts'
import {
  TaskRun,
  TaskRunCreate,
  TaskRunPaginationResponse,
  TaskRunUpdate,
  TaskWorkerFilter,
  TaskWorkerResponse,
} from '../task-runs.ts'

export const createTaskRun = operation({
  id: 'createTaskRun',
  method: 'POST',
  path: '/task_runs/',
  summary: 'Create a task run, or return the one with these keys',
  tags: ['Task runs'],
  scope: 'run',
  body: TaskRunCreate,
  response: TaskRun,
  otherStatuses: [201],
  maxBodyBytes: BODY_16_MIB,
})

export const updateTaskRun = operation({
  id: 'updateTaskRun',
  method: 'PATCH',
  path: '/task_runs/{id}',
  summary: 'Rename a task run',
  tags: ['Task runs'],
  scope: 'run',
  params: ById,
  body: TaskRunUpdate,
  status: 204,
  errors: [404],
})

export const readTaskRun = operation({
  id: 'readTaskRun',
  method: 'GET',
  path: '/task_runs/{id}',
  summary: 'Read a task run',
  tags: ['Task runs'],
  scope: 'read',
  params: ById,
  response: TaskRun,
  errors: [404],
})

export const deleteTaskRun = operation({
  id: 'deleteTaskRun',
  method: 'DELETE',
  path: '/task_runs/{id}',
  summary: 'Delete a task run',
  tags: ['Task runs'],
  scope: 'deploy',
  params: ById,
  status: 204,
  errors: [404],
})

export const readTaskRuns = operation({
  id: 'readTaskRuns',
  method: 'POST',
  path: '/task_runs/filter',
  summary: 'List task runs',
  tags: ['Task runs'],
  scope: 'read',
  body: Type.Object({ ...joined, sort: Default(TaskRunSort, 'ID_DESC'), offset: PageOffset, limit: PageLimit }),
  embedded: true,
  response: Type.Array(TaskRun),
})

export const paginateTaskRuns = operation({
  id: 'paginateTaskRuns',
  method: 'POST',
  path: '/task_runs/paginate',
  summary: 'List task runs by page',
  tags: ['Task runs'],
  scope: 'read',
  body: Type.Object({ ...joined, sort: Default(TaskRunSort, 'ID_DESC'), page: PageNumber, limit: PageLimit }),
  embedded: true,
  response: TaskRunPaginationResponse,
})

export const countTaskRuns = operation({
  id: 'countTaskRuns',
  method: 'POST',
  path: '/task_runs/count',
  summary: 'Count task runs',
  tags: ['Task runs'],
  scope: 'read',
  body: Type.Object({ ...joined }),
  embedded: true,
  response: Integer(),
})

export const taskRunHistory = operation({
  id: 'taskRunHistory',
  method: 'POST',
  path: '/task_runs/history',
  summary: 'Count task runs by state and interval',
  tags: ['Task runs'],
  scope: 'read',
  body: Type.Object({ ...joined, history_start: DateTime, history_end: DateTime, history_interval_seconds: Duration }),
  embedded: true,
  response: Type.Array(HistoryResponse),
})

export const setTaskRunState = operation({
  id: 'setTaskRunState',
  method: 'POST',
  path: '/task_runs/{id}/set_state',
  summary: 'Propose a state for a task run',
  tags: ['Task runs'],
  scope: 'run',
  params: ById,
  body: Type.Object({ state: StateCreate, force: Default(Type.Boolean(), false) }),
  embedded: true,
  response: OrchestrationResult,
  otherStatuses: [201],
  errors: [404],
  maxBodyBytes: BODY_16_MIB,
})

export const readTaskRunStates = operation({
  id: 'readTaskRunStates',
  method: 'GET',
  path: '/task_run_states/',
  summary: 'List the states that a task run has had',
  tags: ['Task runs'],
  scope: 'read',
  query: Type.Object({ task_run_id: Uuid }),
  response: Type.Array(State),
})

export const readTaskRunState = operation({
  id: 'readTaskRunState',
  method: 'GET',
  path: '/task_run_states/{id}',
  summary: 'Read a state of a task run',
  tags: ['Task runs'],
  scope: 'read',
  params: ById,
  response: State,
  errors: [404],
})

export const readTaskWorkers = operation({
  id: 'readTaskWorkers',
  method: 'POST',
  path: '/task_workers/filter',
  summary: 'List connected task workers',
  tags: ['Task runs'],
  scope: 'read',
  body: Type.Object({ task_worker_filter: Type.Optional(Nullable(TaskWorkerFilter)) }),
  embedded: true,
  response: Type.Array(TaskWorkerResponse),
})
