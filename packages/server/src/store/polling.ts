import type { Timestamp } from '@slipway/contract'
import type { Transaction } from './database.ts'
import { sql } from './sql.ts'

/** A queue that was polled, as it was before. */
export interface PolledQueue {
  readonly id: string
  readonly name: string
  readonly status: string
  readonly work_pool_id: string
  readonly work_pool_name: string
  readonly work_pool_type: string
}

/** A poll tells that somebody looks after a queue. Workers poll for ever, so a queue is written once a second at most. */
export async function markQueuesPolled(
  tx: Transaction,
  queue_ids: readonly string[],
  times: { readonly now: Timestamp; readonly stale: Timestamp },
): Promise<readonly PolledQueue[]> {
  return await tx.query<PolledQueue>(sql`
    with polled as materialized (
      select q.id, q.name, q.status, q.work_pool_id, p.name as work_pool_name, p.type as work_pool_type
      from work_queue q
      join work_pool p on p.id = q.work_pool_id
      where q.id = any(${queue_ids}::uuid[])
        and (q.last_polled is null or q.last_polled < ${times.stale} or q.status = 'NOT_READY')
      order by q.id
      for no key update of q
    ), marked as (
      update work_queue q
      set last_polled = ${times.now},
        status = case when polled.status = 'NOT_READY' then 'READY' else polled.status end
      from polled
      where q.id = polled.id
    )
    select id, name, status, work_pool_id, work_pool_name, work_pool_type
    from polled
    order by id
  `)
}

/** What an event about a deployment tells of its surroundings. */
export interface DeploymentSubject {
  readonly id: string
  readonly workspace_id: string
  readonly name: string
  readonly flow_id: string
  readonly flow_name: string
  readonly work_queue_id: string | null
  readonly queue_name: string | null
  readonly work_pool_id: string | null
  readonly work_pool_name: string | null
  readonly work_pool_type: string | null
}

export type PolledDeployment = DeploymentSubject & { readonly status: string }

/** Deployments, by id or of these queues, whose runs somebody asks for. `updated` stays: nothing was changed. */
export async function markDeploymentsPolled(
  tx: Transaction,
  by: {
    readonly deployment_ids: readonly string[]
    readonly queue_ids: readonly string[]
    readonly workspace_id: string
  },
  times: { readonly now: Timestamp; readonly stale: Timestamp },
): Promise<readonly PolledDeployment[]> {
  return await tx.query<PolledDeployment>(sql`
    with polled as materialized (
      select d.id, d.workspace_id, d.name, d.status, d.flow_id, d.work_queue_id
      from deployment d
      where (d.id = any(${by.deployment_ids}::uuid[]) or d.work_queue_id = any(${by.queue_ids}::uuid[]))
        and d.workspace_id = ${by.workspace_id}
        and (d.last_polled is null or d.last_polled < ${times.stale} or d.status = 'NOT_READY')
      order by d.id
      for no key update
    ), marked as (
      update deployment d
      set last_polled = ${times.now},
        status = 'READY'
      from polled
      where d.id = polled.id
    )
    select polled.id, polled.workspace_id, polled.name, polled.status, polled.flow_id, f.name as flow_name,
      polled.work_queue_id, q.name as queue_name, q.work_pool_id, p.name as work_pool_name, p.type as work_pool_type
    from polled
    join flow f on f.id = polled.flow_id
    left join work_queue q on q.id = polled.work_queue_id
    left join work_pool p on p.id = q.work_pool_id
    order by polled.id
  `)
}
