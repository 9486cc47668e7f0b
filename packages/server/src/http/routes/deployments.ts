import { operations } from '@slipway/contract'
import type { FastifyInstance } from 'fastify'
import type { EdgeContext } from '../../context.ts'
import { problem, type SlipwayError } from '../../errors.ts'
import { changeDeployment, setDeploymentPaused } from '../../operations/change-deployment.ts'
import { createDeployment } from '../../operations/create-deployment.ts'
import { removeDeployment, removeDeployments } from '../../operations/remove-deployments.ts'
import {
  countDeployments,
  findDeployment,
  findDeploymentByName,
  listDeployments,
  type NamedDeploymentRow,
} from '../../store/deployments.ts'
import { findWorkQueue } from '../../store/work-queues.ts'
import { mount, reply } from '../mount.ts'
import { offsetOf, pageOf } from '../paging.ts'
import { deploymentResponses } from './deployment-response.ts'
import { plainWorkQueue } from './work-pool-response.ts'

export function mountDeploymentRoutes(app: FastifyInstance, ctx: EdgeContext): void {
  mountOne(app, ctx)
  mountLists(app, ctx)
  mountPausing(app, ctx)
}

export function deploymentNotFound(): SlipwayError {
  return problem(404, 'Deployment not found')
}

function mountOne(app: FastifyInstance, ctx: EdgeContext): void {
  const show = async (row: NamedDeploymentRow | null) => {
    const [response] = row === null ? [] : await deploymentResponses(ctx, row.workspace_id, [row])
    if (response === undefined) throw deploymentNotFound()
    return response
  }
  mount(app, operations.createDeployment, async ({ body, workspace_id }) => {
    const { deployment, created } = await createDeployment(ctx, workspace_id, body)
    return reply(created ? 201 : 200, await show(deployment))
  })
  mount(app, operations.readDeployment, async ({ params, workspace_id }) =>
    show(await findDeployment(ctx.db, workspace_id, params.id)),
  )
  mount(app, operations.readDeploymentByName, async ({ params, workspace_id }) =>
    show(await findDeploymentByName(ctx.db, workspace_id, params)),
  )
  mount(app, operations.updateDeployment, ({ params, body, workspace_id }) =>
    changeDeployment(ctx, workspace_id, params.id, body),
  )
  mount(app, operations.deleteDeployment, async ({ params, workspace_id }) => {
    if (!(await removeDeployment(ctx, workspace_id, params.id))) throw deploymentNotFound()
  })
  mount(app, operations.workQueueCheckForDeployment, async ({ params, workspace_id }) => {
    const deployment = await findDeployment(ctx.db, workspace_id, params.id)
    if (deployment === null) throw deploymentNotFound()
    const { work_queue_id } = deployment
    const queue = work_queue_id === null ? null : await findWorkQueue(ctx.db, workspace_id, work_queue_id)
    return queue === null ? [] : [plainWorkQueue(queue)]
  })
}

function mountLists(app: FastifyInstance, ctx: EdgeContext): void {
  mount(app, operations.readDeployments, async ({ body, workspace_id }) =>
    deploymentResponses(ctx, workspace_id, await listDeployments(ctx.db, workspace_id, { ...body, filters: body })),
  )
  mount(app, operations.countDeployments, ({ body, workspace_id }) => countDeployments(ctx.db, workspace_id, body))
  mount(app, operations.paginateDeployments, async ({ body, workspace_id }) => {
    const [rows, count] = await Promise.all([
      listDeployments(ctx.db, workspace_id, { ...body, filters: body, offset: offsetOf(body) }),
      countDeployments(ctx.db, workspace_id, body),
    ])
    return pageOf(await deploymentResponses(ctx, workspace_id, rows), count, body)
  })
  mount(app, operations.bulkDeleteDeployments, async ({ body, workspace_id }) => {
    const { deployments = null, limit } = body
    return { deleted: [...(await removeDeployments(ctx, workspace_id, { filters: { deployments }, limit }))] }
  })
}

function mountPausing(app: FastifyInstance, ctx: EdgeContext): void {
  mount(app, operations.pauseDeployment, async ({ params, workspace_id }) => {
    if (!(await setDeploymentPaused(ctx, workspace_id, params.id, true))) throw deploymentNotFound()
    return null
  })
  mount(app, operations.resumeDeployment, async ({ params, workspace_id }) => {
    if (!(await setDeploymentPaused(ctx, workspace_id, params.id, false))) throw deploymentNotFound()
    return null
  })
}
