import { type Log, operations } from '@slipway/contract'
import type { FastifyInstance } from 'fastify'
import type { EdgeContext } from '../../context.ts'
import { listLogs } from '../../store/log-lists.ts'
import type { LogRow } from '../../store/rows.ts'
import { mount } from '../mount.ts'

export function mountLogRoutes(app: FastifyInstance, ctx: EdgeContext): void {
  mount(app, operations.createLogs, async ({ body, workspace_id }) => {
    await ctx.writeLogs({ workspace_id, lines: body })
    return null
  })
  mount(app, operations.readLogs, async ({ body, workspace_id }) => {
    const rows = await listLogs(ctx.db, workspace_id, { ...body, filter: body.logs ?? null })
    return rows.map(logResponse)
  })
}

function logResponse({ id, created, name, level, message, timestamp, flow_run_id, task_run_id }: LogRow): Log {
  return { id, created, updated: created, name, level, message, timestamp, flow_run_id, task_run_id }
}
