import { operations } from '@slipway/contract'
import type { FastifyInstance } from 'fastify'
import type { EdgeContext } from '../../context.ts'
import { addSchedules, changeSchedule, deploymentMissing, removeSchedule } from '../../operations/edit-schedules.ts'
import { scheduleDeployment } from '../../operations/schedule-deployment.ts'
import { listSchedules } from '../../store/deployment-schedules.ts'
import { findDeployment } from '../../store/deployments.ts'
import { mount } from '../mount.ts'
import { scheduleResponse } from './deployment-response.ts'

export function mountDeploymentScheduleRoutes(app: FastifyInstance, ctx: EdgeContext): void {
  mount(app, operations.readDeploymentSchedules, async ({ params, workspace_id }) => {
    if ((await findDeployment(ctx.db, workspace_id, params.id)) === null) throw deploymentMissing()
    return (await listSchedules(ctx.db, workspace_id, [params.id])).map(scheduleResponse)
  })
  mount(app, operations.createDeploymentSchedules, async ({ params, body, workspace_id }) =>
    (await addSchedules(ctx, workspace_id, params.id, body)).map(scheduleResponse),
  )
  mount(app, operations.updateDeploymentSchedule, ({ params, body, workspace_id }) =>
    changeSchedule(ctx, workspace_id, params, body),
  )
  mount(app, operations.deleteDeploymentSchedule, ({ params, workspace_id }) =>
    removeSchedule(ctx, workspace_id, params),
  )
  mount(app, operations.scheduleDeployment, async ({ params, body, workspace_id }) => {
    await scheduleDeployment(ctx, workspace_id, params.id, body)
    return null
  })
}
