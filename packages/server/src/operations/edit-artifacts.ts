import type { Json, JsonObject } from '@slipway/contract'
import type { Context } from '../context.ts'
import { problem } from '../errors.ts'
import type { Change, ResourceChange } from '../events/resource-event.ts'
import {
  type ArtifactPatch,
  deleteArtifact,
  findArtifact,
  findCollection,
  insertArtifacts,
  lockCollection,
  settleCollection,
  updateArtifact,
  upsertCollection,
} from '../store/artifacts.ts'
import type { Transaction } from '../store/database.ts'
import type { ArtifactCollectionRow, ArtifactRow } from '../store/rows.ts'
import { emitChanges } from './emit-change.ts'

/** Data that is longer than this as JSON is not told in events. */
const MOST_EVENT_DATA = 65_536

export interface NewArtifactRequest {
  readonly key: string | null
  readonly type: string | null
  readonly description: string | null
  readonly data: Json
  readonly metadata_: JsonObject | null
  readonly flow_run_id: string | null
  readonly task_run_id: string | null
}

/** With a key it becomes the latest of its collection. Runs that it names may be unknown yet: tasks are reported later. */
export async function createArtifact(
  ctx: Context,
  workspace_id: string,
  request: NewArtifactRequest,
): Promise<ArtifactRow> {
  return await ctx.db.transaction(async (tx) => {
    const now = ctx.clock.now()
    const artifact = { ...request, id: ctx.ids.uuid(), workspace_id, created: now }
    await insertArtifacts(tx, [artifact])
    if (artifact.key !== null) {
      const { collection, is_new } = await upsertCollection(tx, ctx.ids.uuid(), artifact)
      await emitChanges(ctx, tx, workspace_id, [changeOf(is_new ? 'created' : 'updated', collection)], now)
    }
    return { ...artifact, updated: now }
  })
}

export async function changeArtifact(
  ctx: Context,
  workspace_id: string,
  id: string,
  patch: ArtifactPatch,
): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    const now = ctx.clock.now()
    const key = await lockedKey(tx, workspace_id, id)
    await updateArtifact(tx, workspace_id, id, patch, now)
    const collection = key === null ? null : await findCollection(tx, workspace_id, key)
    if (collection?.latest_id === id) {
      await emitChanges(ctx, tx, workspace_id, [changeOf('updated', collection)], now)
    }
  })
}

/** The one before it becomes the latest of its key; a key without artifacts is gone. */
export async function removeArtifact(ctx: Context, workspace_id: string, id: string): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    const now = ctx.clock.now()
    const key = await lockedKey(tx, workspace_id, id)
    const before = key === null ? null : await findCollection(tx, workspace_id, key)
    await deleteArtifact(tx, workspace_id, id)
    if (before === null || before.latest_id !== id) return
    await settleCollection(tx, workspace_id, { id, key: before.key }, now)
    const after = await findCollection(tx, workspace_id, before.key)
    const change = after === null ? changeOf('deleted', before) : changeOf('updated', after)
    await emitChanges(ctx, tx, workspace_id, [change], now)
  })
}

export function artifactNotFound(): Error {
  return problem(404, 'Artifact not found.')
}

/** Whoever changes artifacts of a key holds its collection: which one is the latest then stays true. */
async function lockedKey(tx: Transaction, workspace_id: string, id: string): Promise<string | null> {
  const artifact = await findArtifact(tx, workspace_id, id)
  if (artifact === null) throw artifactNotFound()
  if (artifact.key !== null) await lockCollection(tx, workspace_id, artifact.key)
  return artifact.key
}

function changeOf(change: Change, collection: ArtifactCollectionRow): ResourceChange {
  const { id, key, type, description, latest_id, flow_run_id, task_run_id } = collection
  const data = JSON.stringify(collection.data).length > MOST_EVENT_DATA ? null : collection.data
  return {
    kind: 'artifact-collection',
    change,
    id,
    name: key,
    payload: { key, type, data, description },
    related: [
      { 'prefect.resource.id': `prefect.artifact.${latest_id}`, 'prefect.resource.role': 'latest' },
      ...related('flow-run', flow_run_id),
      ...related('task-run', task_run_id),
    ],
  }
}

function related(kind: string, id: string | null) {
  return id === null ? [] : [{ 'prefect.resource.id': `prefect.${kind}.${id}`, 'prefect.resource.role': kind }]
}
