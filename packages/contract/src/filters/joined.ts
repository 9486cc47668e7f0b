import { Type } from 'typebox'
import { Nullable } from '../schema.ts'
import { DeploymentFilter } from './deployments.ts'
import { FlowRunFilter } from './flow-runs.ts'
import { FlowFilter } from './flows.ts'
import { TaskRunFilter } from './task-runs.ts'
import { WorkPoolFilter } from './work-pools.ts'
import { WorkQueueFilter } from './work-queues.ts'

/** Filters on related objects: all must hold, joined through the runs. */
export const joined = {
  flows: Type.Optional(Nullable(FlowFilter)),
  flow_runs: Type.Optional(Nullable(FlowRunFilter)),
  task_runs: Type.Optional(Nullable(TaskRunFilter)),
  deployments: Type.Optional(Nullable(DeploymentFilter)),
}

export const joinedByPool = {
  ...joined,
  work_pools: Type.Optional(Nullable(WorkPoolFilter)),
}

export const joinedByQueue = {
  ...joinedByPool,
  work_pool_queues: Type.Optional(Nullable(WorkQueueFilter)),
}
