import type { Timestamp } from '@slipway/contract'
import type { Transaction } from './database.ts'
import { sql } from './sql.ts'

interface Child {
  readonly id: string
  readonly workspace_id: string
}

export interface CancelledPage {
  readonly cancelled_after: Timestamp
  readonly limit: number
}

/** Task runs that go on although their flow run was cancelled. */
export async function listTasksOfCancelledRuns(
  tx: Transaction,
  { cancelled_after, limit }: CancelledPage,
): Promise<readonly Child[]> {
  return await tx.query<Child>(sql`
    select t.id, t.workspace_id
    from flow_run r
    join task_run t on t.flow_run_id = r.id
    where r.state_type = 'CANCELLED'
      and r.state_timestamp >= ${cancelled_after}
      and t.state_type in ('SCHEDULED', 'PENDING', 'RUNNING', 'PAUSED', 'CANCELLING')
    order by t.id
    limit ${limit}
  `)
}

export type CancelledChild = Child & { readonly has_deployment: boolean }

/** Sub-flows that go on although the flow run above them was cancelled; those of deployments unless they are being cancelled. */
export async function listSubflowsOfCancelledRuns(
  tx: Transaction,
  { cancelled_after, limit }: CancelledPage,
): Promise<readonly CancelledChild[]> {
  return await tx.query<CancelledChild>(sql`
    select c.id, c.workspace_id, c.deployment_id is not null as has_deployment
    from flow_run r
    join task_run t on t.flow_run_id = r.id
    join flow_run c on c.parent_task_run_id = t.id
    where r.state_type = 'CANCELLED'
      and r.state_timestamp >= ${cancelled_after}
      and c.state_type in ('SCHEDULED', 'PENDING', 'RUNNING', 'PAUSED', 'CANCELLING')
      and not (c.state_type = 'CANCELLING' and c.deployment_id is not null)
    order by c.id
    limit ${limit}
  `)
}

/** Runs that are being cancelled for too long. Those with a container in a cloud are ended by stopping it. */
export async function lockStuckCancellations(
  tx: Transaction,
  cancelling_before: Timestamp,
  limit: number,
): Promise<readonly Child[]> {
  return await tx.query<Child>(sql`
    select r.id, r.workspace_id
    from flow_run r
    where r.state_type = 'CANCELLING'
      and r.state_timestamp <= ${cancelling_before}
      and not exists (
        select from submission s
        where s.flow_run_id = r.id
          and s.state in ('planned', 'sent', 'accepted')
      )
    order by r.id
    limit ${limit}
    for no key update of r skip locked
  `)
}
