import { operations } from '@slipway/contract'
import type { FastifyInstance } from 'fastify'
import type { EdgeContext } from '../../context.ts'
import { jinjaComplaint } from '../../domain/json-schema/jinja.ts'
import { SlipwayError } from '../../errors.ts'
import {
  automationNotFound,
  automationResponse,
  createAutomation,
  enableAutomation,
  removeAutomation,
  removeAutomationsOwnedBy,
  replaceAutomation,
} from '../../operations/edit-automations.ts'
import { countAutomations, findAutomation, listAutomations, listAutomationsRelatedTo } from '../../store/automations.ts'
import { mount } from '../mount.ts'

export function mountAutomationRoutes(app: FastifyInstance, ctx: EdgeContext): void {
  mount(app, operations.createAutomation, async ({ body, workspace_id }) =>
    automationResponse(await createAutomation(ctx, workspace_id, body)),
  )
  mount(app, operations.updateAutomation, ({ params, body, workspace_id }) =>
    replaceAutomation(ctx, workspace_id, params.id, body),
  )
  mount(app, operations.patchAutomation, ({ params, body, workspace_id }) =>
    enableAutomation(ctx, workspace_id, params.id, body.enabled ?? null),
  )
  mount(app, operations.deleteAutomation, ({ params, workspace_id }) => removeAutomation(ctx, workspace_id, params.id))
  mount(app, operations.readAutomation, async ({ params, workspace_id }) => {
    const row = await findAutomation(ctx.db, workspace_id, params.id)
    if (row === null) throw automationNotFound()
    return automationResponse(row)
  })
  mount(app, operations.readAutomations, async ({ body, workspace_id }) => {
    const { automations: filter = null, sort, limit, offset } = body
    return (await listAutomations(ctx.db, workspace_id, { filter, sort, limit, offset })).map(automationResponse)
  })
  mount(app, operations.countAutomations, ({ body, workspace_id }) =>
    countAutomations(ctx.db, workspace_id, body.automations ?? null),
  )
  mount(app, operations.readAutomationsRelatedToResource, async ({ params, workspace_id }) =>
    (await listAutomationsRelatedTo(ctx.db, workspace_id, params.resource_id)).map(automationResponse),
  )
  mount(app, operations.deleteAutomationsOwnedByResource, async ({ params, workspace_id }) => {
    await removeAutomationsOwnedBy(ctx, workspace_id, params.resource_id)
    return null
  })
  mount(app, operations.validateTemplate, ({ body }) => refuseBadTemplate(body))
  mount(app, operations.validateAutomationTemplate, ({ body }) => refuseBadTemplate(body))
}

function refuseBadTemplate(template: string): void {
  const message = jinjaComplaint(template)
  if (message === null) return
  // The parser does not say in which line.
  throw new SlipwayError(422, { error: { line: null, message, source: template } })
}
