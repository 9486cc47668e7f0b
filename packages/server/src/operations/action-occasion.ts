import { type Action, type Automation, isUuid, type Json, type JsonObject } from '@slipway/contract'
import type { Context } from '../context.ts'
import {
  findResource,
  mentionedKinds,
  type NativeKind,
  nativeNames,
  resourceKind,
  templateNames,
  type WholeEvent,
} from '../domain/automations/context.ts'
import type { Firing } from '../domain/automations/trigger-state.ts'
import type { ResourceLabels } from '../events/flow-run-state-event.ts'
import { findLimit } from '../store/concurrency-limits.ts'
import type { Queryable } from '../store/database.ts'
import { findDeployment } from '../store/deployments.ts'
import { findFlowRun } from '../store/flow-runs.ts'
import { findFlow } from '../store/flows.ts'
import type { AutomationActionRow } from '../store/rows.ts'
import { findTaskRun } from '../store/task-runs.ts'
import { listVariables } from '../store/variables.ts'
import { findWorkPoolById } from '../store/work-pools.ts'
import { findWorkQueue } from '../store/work-queues.ts'

/** An action that has to be done, and why. */
export interface PendingAction {
  /** The invocation. */
  readonly id: string
  readonly workspace_id: string
  readonly action_index: number
  readonly action: Action
  /** As it was when it fired. */
  readonly automation: Automation
  readonly firing: Firing<WholeEvent>
  readonly event: WholeEvent | null
  readonly triggered_event_id: string
  readonly tries: number
}

export interface ActionResult {
  /** Null: done. */
  readonly reason: string | null
  readonly details: JsonObject
  readonly related: readonly ResourceLabels[]
}

export function pendingAction(row: AutomationActionRow): PendingAction {
  const { id, workspace_id, action_index, triggered_event_id, tries } = row
  // The JSON columns are written from these very types only.
  return {
    id,
    workspace_id,
    action_index,
    triggered_event_id,
    tries,
    action: row.action as unknown as Action,
    automation: row.automation as unknown as Automation,
    firing: row.firing as unknown as Firing<WholeEvent>,
    event: row.triggering_event as unknown as WholeEvent | null,
  }
}

export function failure(
  reason: string,
  details: JsonObject = {},
  related: readonly ResourceLabels[] = [],
): ActionResult {
  return { reason, details, related }
}

export function success(details: JsonObject, related: readonly ResourceLabels[]): ActionResult {
  return { reason: null, details, related }
}

const MOST_VARIABLES = 5_000

/** What the action's templates may name; of the event's things only those that one of them mentions are read. */
export async function namesFor(
  ctx: Context,
  pending: PendingAction,
  templates: readonly string[],
): Promise<JsonObject> {
  const { automation, event, firing, workspace_id } = pending
  const ui = uiAddress(ctx)
  const names = new Map<string, Json>()
  for (const kind of mentionedKinds(templates)) {
    if (kind === 'variables') {
      const page = { filter: null, sort: 'NAME_ASC', limit: MOST_VARIABLES, offset: 0 } as const
      const variables = await listVariables(ctx.db, workspace_id, page)
      names.set(kind, Object.fromEntries(variables.map(({ name, value }) => [name, value])))
      continue
    }
    const found = findResource(event, resourceKind(kind))
    const object = found === null ? null : await readNative(ctx.db, kind, workspace_id, found.id)
    if (found !== null && object !== null) names.set(kind, nativeNames(kind, object as JsonObject, found.labels, ui))
  }
  const given = automation as unknown as JsonObject & Pick<Automation, 'id' | 'name'>
  return { ...templateNames({ automation: given, firing, event, ui }), ...Object.fromEntries(names) }
}

async function readNative(db: Queryable, kind: NativeKind, workspace_id: string, id: string): Promise<object | null> {
  if (!isUuid(id)) return null
  switch (kind) {
    case 'deployment':
      return await findDeployment(db, workspace_id, id)
    case 'flow':
      return await findFlow(db, workspace_id, { id })
    case 'flow_run':
      return await findFlowRun(db, workspace_id, id)
    case 'task_run':
      return await findTaskRun(db, workspace_id, id)
    case 'work_pool':
      return await findWorkPoolById(db, workspace_id, id)
    case 'work_queue':
      return await findWorkQueue(db, workspace_id, id)
    case 'concurrency_limit':
      return await findLimit(db, workspace_id, { id })
  }
}

function uiAddress({ config }: Context): string {
  const own = `http://${config.host}:${config.port}`
  return config.public_api_url === null ? own : config.public_api_url.replace(/\/api\/?$/, '')
}
