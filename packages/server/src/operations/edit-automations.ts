import type { Action, Automation, JsonObject, Trigger } from '@slipway/contract'
import type { Context } from '../context.ts'
import { identifyTrigger, resourcesOfActions } from '../domain/automations/identify.ts'
import { problem, SlipwayError } from '../errors.ts'
import type { Change, ResourceChange } from '../events/resource-event.ts'
import {
  type AutomationValues,
  deleteAutomation,
  deleteAutomationsOwnedBy,
  insertAutomation,
  lockAutomation,
  updateAutomation,
  updateAutomationEnabled,
} from '../store/automations.ts'
import { findDeployment } from '../store/deployments.ts'
import type { Transaction } from '../store/database.ts'
import type { AutomationRow } from '../store/rows.ts'
import { emitChanges } from './emit-change.ts'

export interface NewAutomation {
  readonly name: string
  readonly description: string
  readonly enabled: boolean
  readonly tags: readonly string[]
  readonly trigger: Trigger
  readonly actions: readonly Action[]
  readonly actions_on_trigger: readonly Action[]
  readonly actions_on_resolve: readonly Action[]
  readonly owner_resource: string | null
}

export async function createAutomation(
  ctx: Context,
  workspace_id: string,
  given: NewAutomation,
): Promise<AutomationRow> {
  return await ctx.db.transaction(async (tx) => {
    const now = ctx.clock.now()
    await requireDeployments(tx, workspace_id, given)
    const row = await insertAutomation(tx, {
      id: ctx.ids.uuid(),
      workspace_id,
      created: now,
      name: given.name,
      description: given.description,
      enabled: given.enabled,
      tags: given.tags,
      trigger: identifyTrigger(given.trigger, () => ctx.ids.uuid()),
      actions: given.actions,
      actions_on_trigger: given.actions_on_trigger,
      actions_on_resolve: given.actions_on_resolve,
      owner_resource: given.owner_resource,
      related_resources: relatedResources(given),
    })
    await emitChanges(ctx, tx, workspace_id, [changeOf('created', row)], now)
    return row
  })
}

export interface AutomationReplacement extends Partial<
  Pick<NewAutomation, 'description' | 'enabled' | 'tags' | 'actions_on_trigger' | 'actions_on_resolve'>
> {
  readonly name: string
  readonly trigger: Trigger
  readonly actions: readonly Action[]
}

/** Name, trigger and actions are replaced; the rest where it is given. Triggers begin anew, under new ids. */
export async function replaceAutomation(
  ctx: Context,
  workspace_id: string,
  id: string,
  given: AutomationReplacement,
): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    const now = ctx.clock.now()
    const row = await lockAutomation(tx, workspace_id, id)
    if (row === null) throw automationNotFound()
    const current = valuesOf(row)
    const next = {
      ...current,
      name: given.name,
      description: given.description ?? current.description,
      enabled: given.enabled ?? current.enabled,
      tags: given.tags ?? current.tags,
      trigger: identifyTrigger(given.trigger, () => ctx.ids.uuid()),
      actions: given.actions,
      actions_on_trigger: given.actions_on_trigger ?? current.actions_on_trigger,
      actions_on_resolve: given.actions_on_resolve ?? current.actions_on_resolve,
    }
    const written = await updateAutomation(tx, { ...next, related_resources: relatedResources(next) }, now)
    await emitChanges(ctx, tx, workspace_id, [changeOf('updated', written)], now)
  })
}

export async function enableAutomation(
  ctx: Context,
  workspace_id: string,
  id: string,
  enabled: boolean | null,
): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    const now = ctx.clock.now()
    const row = await updateAutomationEnabled(tx, workspace_id, id, { enabled, now })
    if (row === null) throw automationNotFound()
    await emitChanges(ctx, tx, workspace_id, [changeOf('updated', row)], now)
  })
}

export async function removeAutomation(ctx: Context, workspace_id: string, id: string): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    const row = await deleteAutomation(tx, workspace_id, id)
    if (row === null) throw automationNotFound()
    await emitChanges(ctx, tx, workspace_id, [changeOf('deleted', row)], ctx.clock.now())
  })
}

/** Before a deployment is written anew, its automations go; the client then creates those that it has now. */
export async function removeAutomationsOwnedBy(ctx: Context, workspace_id: string, resource: string): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    const rows = await deleteAutomationsOwnedBy(tx, workspace_id, resource)
    const changes = rows.map((row) => changeOf('deleted', row))
    await emitChanges(ctx, tx, workspace_id, changes, ctx.clock.now())
  })
}

export function automationNotFound(): Error {
  return new SlipwayError(404, { exception_message: 'Automation not found' })
}

/** As clients read it. */
export function automationResponse(row: AutomationRow): Automation {
  const { id, created, updated, name, description, enabled, tags } = row
  const { trigger, actions, actions_on_trigger, actions_on_resolve } = valuesOf(row)
  return {
    name,
    description,
    enabled,
    tags: [...tags],
    trigger,
    actions: [...actions],
    actions_on_trigger: [...actions_on_trigger],
    actions_on_resolve: [...actions_on_resolve],
    id,
    created,
    updated,
  }
}

function valuesOf(row: AutomationRow): AutomationValues {
  // The JSON columns were validated against these very schemas when they were written.
  return row as unknown as AutomationValues
}

function relatedResources({
  owner_resource,
  actions,
  actions_on_trigger,
  actions_on_resolve,
}: Pick<
  AutomationValues,
  'owner_resource' | 'actions' | 'actions_on_trigger' | 'actions_on_resolve'
>): readonly string[] {
  const acted = resourcesOfActions([...actions, ...actions_on_trigger, ...actions_on_resolve])
  return [...new Set(owner_resource === null ? acted : [owner_resource, ...acted])]
}

async function requireDeployments(tx: Transaction, workspace_id: string, given: NewAutomation): Promise<void> {
  const all = [...given.actions, ...given.actions_on_trigger, ...given.actions_on_resolve]
  for (const action of all) {
    const id = action.type === 'run-deployment' ? (action.deployment_id ?? null) : null
    if (id !== null && (await findDeployment(tx, workspace_id, id)) === null) {
      throw problem(404, 'Deployment not found.')
    }
  }
}

function changeOf(change: Change, row: AutomationRow): ResourceChange {
  const payload: JsonObject = { ...(automationResponse(row) as unknown as JsonObject) }
  return { kind: 'automation', change, id: row.id, name: row.name, payload }
}
