import { addSeconds, type JsonObject, type Timestamp } from '@slipway/contract'
import type { EdgeContext } from '../context.ts'
import { proposeState, type StateRequest } from '../domain/orchestration/proposal.ts'
import { serverCaller } from '../operations/callers.ts'
import { createFlowRuns } from '../operations/create-flow-run.ts'
import { json, sql } from '../store/sql.ts'

/** Rows with only what matters spelled out. */
export async function insertFlow(ctx: EdgeContext, name = `flow-${ctx.ids.uuid()}`): Promise<string> {
  const id = ctx.ids.uuid()
  const now = ctx.clock.now()
  await ctx.db.query(sql`
    insert into flow (id, workspace_id, created, updated, name)
    values (${id}, ${ctx.installation.default_workspace_id}, ${now}, ${now}, ${name})
  `)
  return id
}

export interface PoolOptions {
  readonly type?: string
  readonly base_job_template?: JsonObject
  readonly concurrency_limit?: number
  readonly queue_limit?: number
  readonly is_paused?: boolean
  readonly priority?: number
}

export async function insertWorkPool(
  ctx: EdgeContext,
  options: PoolOptions = {},
): Promise<{ readonly pool_id: string; readonly queue_id: string }> {
  const [pool_id, queue_id] = [ctx.ids.uuid(), ctx.ids.uuid()]
  const now = ctx.clock.now()
  const { default_workspace_id: workspace_id } = ctx.installation
  const template = options.base_job_template ?? {
    job_configuration: { env: '{{ env }}' },
    variables: { type: 'object', properties: { env: { type: 'object' } } },
  }
  await ctx.db.query(sql`
    insert into work_pool (id, workspace_id, created, updated, name, type, base_job_template, concurrency_limit, is_paused,
      default_queue_id)
    values (${pool_id}, ${workspace_id}, ${now}, ${now}, ${`pool-${pool_id}`}, ${options.type ?? 'recording:push'},
      ${json(template)}, ${options.concurrency_limit ?? null}, ${options.is_paused ?? false}, ${queue_id})
  `)
  await ctx.db.query(sql`
    insert into work_queue (id, workspace_id, created, updated, name, priority, work_pool_id, concurrency_limit)
    values (${queue_id}, ${workspace_id}, ${now}, ${now}, 'default', ${options.priority ?? 1}, ${pool_id},
      ${options.queue_limit ?? null})
  `)
  return { pool_id, queue_id }
}

export async function insertQueue(ctx: EdgeContext, pool_id: string, priority: number): Promise<string> {
  const id = ctx.ids.uuid()
  const now = ctx.clock.now()
  await ctx.db.query(sql`
    insert into work_queue (id, workspace_id, created, updated, name, priority, work_pool_id)
    values (${id}, ${ctx.installation.default_workspace_id}, ${now}, ${now}, ${`queue-${id}`}, ${priority}, ${pool_id})
  `)
  return id
}

export interface RunOptions {
  readonly flow_id: string
  readonly queue_id?: string
  readonly deployment_id?: string
  readonly state?: StateRequest
  /** Seconds from now; negative: overdue. */
  readonly due?: number
}

export async function insertFlowRun(ctx: EdgeContext, options: RunOptions): Promise<string> {
  const id = ctx.ids.uuid()
  const now = ctx.clock.now()
  const state = options.state ?? {
    type: 'SCHEDULED',
    state_details: { scheduled_time: dueTime(now, options.due ?? -1) },
  }
  await ctx.db.transaction((tx) =>
    createFlowRuns(
      ctx,
      tx,
      [
        {
          state: proposeState(state, now),
          run: {
            id,
            workspace_id: ctx.installation.default_workspace_id,
            name: `run-${id}`,
            flow_id: options.flow_id,
            deployment_id: options.deployment_id ?? null,
            deployment_version: null,
            work_queue_id: options.queue_id ?? null,
            work_queue_name: null,
            flow_version: null,
            parameters: {},
            context: {},
            empirical_policy: {},
            tags: [],
            labels: {},
            idempotency_key: null,
            parent_task_run_id: null,
            auto_scheduled: false,
            infrastructure_document_id: null,
            created_by: null,
            job_variables: null,
          },
        },
      ],
      serverCaller,
      now,
    ),
  )
  return id
}

function dueTime(now: Timestamp, seconds: number): Timestamp {
  return addSeconds(now, seconds)
}

export async function insertDeployment(
  ctx: EdgeContext,
  options: { readonly flow_id: string; readonly queue_id: string; readonly concurrency_limit?: number },
): Promise<string> {
  const [id, limit_id] = [ctx.ids.uuid(), ctx.ids.uuid()]
  const now = ctx.clock.now()
  const { default_workspace_id: workspace_id } = ctx.installation
  if (options.concurrency_limit !== undefined) {
    await ctx.db.query(sql`
      insert into concurrency_limit (id, workspace_id, created, updated, name, "limit", slots_updated)
      values (${limit_id}, ${workspace_id}, ${now}, ${now}, ${`deployment:${id}`}, ${options.concurrency_limit}, ${now})
    `)
  }
  await ctx.db.query(sql`
    insert into deployment (id, workspace_id, created, updated, name, flow_id, work_queue_id, concurrency_limit_id)
    values (${id}, ${workspace_id}, ${now}, ${now}, ${`deployment-${id}`}, ${options.flow_id}, ${options.queue_id},
      ${options.concurrency_limit === undefined ? null : limit_id})
  `)
  return id
}
