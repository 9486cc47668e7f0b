import type {
  DeploymentFilter,
  FlowFilter,
  FlowRunFilter,
  TaskRunFilter,
  WorkPoolFilter,
  WorkQueueFilter,
} from '@slipway/contract'
import { type Sql, sql } from '../sql.ts'
import { andAlso, combined, type Condition } from './conditions.ts'
import { deploymentCondition } from './deployments.ts'
import { flowRunCondition } from './flow-runs.ts'
import { flowCondition } from './flows.ts'
import { taskRunCondition } from './task-runs.ts'
import { workPoolCondition } from './work-pools.ts'
import { workQueueCondition } from './work-queues.ts'

/** Filters on several kinds of objects, as list requests carry them: all must hold, each through the relation. */
export interface JoinedFilters {
  readonly flows?: FlowFilter | null
  readonly flow_runs?: FlowRunFilter | null
  readonly task_runs?: TaskRunFilter | null
  readonly deployments?: DeploymentFilter | null
  readonly work_pools?: WorkPoolFilter | null
  readonly work_pool_queues?: WorkQueueFilter | null
}

/** Of `flow_run r`. */
export function joinedFlowRunCondition(filters: JoinedFilters): Condition {
  return combined('and_', [flowRunCondition(filters.flow_runs), taskRunOf(filters), ...aroundFlowRun(filters)])
}

/** Of `task_run t`: everything else is true of its flow run. */
export function joinedTaskRunCondition(filters: JoinedFilters): Condition {
  const flowRun = combined('and_', [flowRunCondition(filters.flow_runs), ...aroundFlowRun(filters)])
  return combined('and_', [
    taskRunCondition(filters.task_runs),
    flowRun === null ? null : sql`exists (select from flow_run r where r.id = t.flow_run_id and ${flowRun})`,
  ])
}

/** Of `flow f`: one deployment and one flow run of it for which all is true. */
export function joinedFlowCondition(filters: JoinedFilters): Condition {
  const { deployments, work_pools, flow_runs } = filters
  const deployment = combined('and_', [
    deploymentCondition(deployments),
    inPool(sql`d.work_queue_id`, { pools: work_pools, queues: null }),
  ])
  const flowRun = combined('and_', [flowRunCondition(flow_runs), taskRunOf(filters)])
  return combined('and_', [
    flowCondition(filters.flows),
    deployment === null ? null : sql`exists (select from deployment d where d.flow_id = f.id and ${deployment})`,
    flowRun === null ? null : sql`exists (select from flow_run r where r.flow_id = f.id and ${flowRun})`,
  ])
}

/** Of `deployment d`. */
export function joinedDeploymentCondition(filters: JoinedFilters): Condition {
  const { deployments, flows, flow_runs, work_pools, work_pool_queues } = filters
  const flow = flowCondition(flows)
  const flowRun = combined('and_', [flowRunCondition(flow_runs), taskRunOf(filters)])
  return combined('and_', [
    deploymentCondition(deployments),
    flow === null ? null : sql`exists (select from flow f where f.id = d.flow_id and ${flow})`,
    flowRun === null ? null : sql`exists (select from flow_run r where r.deployment_id = d.id and ${flowRun})`,
    inPool(sql`d.work_queue_id`, { pools: work_pools, queues: work_pool_queues }),
  ])
}

/** Of `artifact a` and `artifact_collection a`, beside their own filter. */
export function joinedArtifactCondition(filters: JoinedFilters): Condition {
  const flowRun = combined('and_', [flowRunCondition(filters.flow_runs), ...aroundFlowRun(filters)])
  const taskRun = taskRunCondition(filters.task_runs)
  return combined('and_', [
    flowRun === null ? null : sql`exists (select from flow_run r where r.id = a.flow_run_id and ${flowRun})`,
    taskRun === null ? null : sql`exists (select from task_run t where t.id = a.task_run_id and ${taskRun})`,
  ])
}

/** What a flow run points to. Its ids lead to its own workspace only. */
function aroundFlowRun({ flows, deployments, work_pools, work_pool_queues }: JoinedFilters): Condition[] {
  const flow = flowCondition(flows)
  const deployment = deploymentCondition(deployments)
  return [
    flow === null ? null : sql`exists (select from flow f where f.id = r.flow_id and ${flow})`,
    deployment === null ? null : sql`exists (select from deployment d where d.id = r.deployment_id and ${deployment})`,
    inPool(sql`r.work_queue_id`, { pools: work_pools, queues: work_pool_queues }),
  ]
}

function taskRunOf({ task_runs }: JoinedFilters): Condition {
  const condition = taskRunCondition(task_runs)
  return condition === null ? null : sql`exists (select from task_run t where t.flow_run_id = r.id and ${condition})`
}

interface PoolFilters {
  readonly pools: WorkPoolFilter | null | undefined
  readonly queues: WorkQueueFilter | null | undefined
}

function inPool(work_queue_id: Sql, { pools, queues }: PoolFilters): Condition {
  const pool = workPoolCondition(pools)
  const queue = workQueueCondition(queues)
  if (pool === null && queue === null) return null
  return sql`exists (
    select from work_queue q join work_pool p on p.id = q.work_pool_id
    where q.id = ${work_queue_id}${andAlso(queue, pool)})`
}
