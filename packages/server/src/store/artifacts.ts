import type {
  ArtifactCollectionFilter,
  ArtifactCollectionSort,
  ArtifactFilter,
  ArtifactSort,
  Json,
  JsonObject,
  Timestamp,
} from '@slipway/contract'
import type { Queryable, Transaction } from './database.ts'
import { artifactCollectionCondition, artifactCondition, artifactOrder } from './filters/artifacts.ts'
import { andAlso } from './filters/conditions.ts'
import { joinedArtifactCondition, type JoinedFilters } from './filters/joined.ts'
import type { ArtifactCollectionRow, ArtifactRow } from './rows.ts'
import { jsonOrNull, sql } from './sql.ts'

const columns = sql`
  a.id, a.workspace_id, a.created, a.updated, a.key, a.type, a.description, a.data, a.metadata_, a.flow_run_id, a.task_run_id`

const collectionColumns = sql`
  a.id, a.workspace_id, a.created, a.updated, a.key, a.latest_id, a.type, a.description, a.data, a.metadata_, a.flow_run_id,
  a.task_run_id`

export type NewArtifact = Omit<ArtifactRow, 'updated'>

export async function insertArtifacts(tx: Transaction, artifacts: readonly NewArtifact[]): Promise<void> {
  if (artifacts.length === 0) return
  await tx.query(sql`
    insert into artifact (id, workspace_id, created, updated, key, type, description, data, metadata_, flow_run_id, task_run_id)
    select x.id, x.workspace_id, x.created, x.created, x.key, x.type, x.description, x.data, x.metadata_, x.flow_run_id, x.task_run_id
    from json_to_recordset(${JSON.stringify(artifacts)}::json) as x(
      id uuid, workspace_id uuid, created timestamptz, key text, type text, description text, data json, metadata_ json,
      flow_run_id uuid, task_run_id uuid)
  `)
}

/** Makes an artifact the latest of its key, and tells whether the key is new. */
export async function upsertCollection(
  tx: Transaction,
  id: string,
  artifact: Pick<NewArtifact, 'id' | 'workspace_id'>,
): Promise<{ readonly collection: ArtifactCollectionRow; readonly is_new: boolean }> {
  const [collection] = await tx.query<ArtifactCollectionRow>(sql`
    with one as (
      select ${columns}
      from artifact a
      where a.workspace_id = ${artifact.workspace_id}
        and a.id = ${artifact.id}
    )
    insert into artifact_collection as a (id, workspace_id, created, updated, key, latest_id, type, description, data, metadata_,
      flow_run_id, task_run_id)
    select ${id}::uuid, one.workspace_id, one.created, one.updated, one.key, one.id, one.type, one.description, one.data,
      one.metadata_, one.flow_run_id, one.task_run_id
    from one
    on conflict (workspace_id, key) do update
    set updated = excluded.updated,
      latest_id = excluded.latest_id,
      type = excluded.type,
      description = excluded.description,
      data = excluded.data,
      metadata_ = excluded.metadata_,
      flow_run_id = excluded.flow_run_id,
      task_run_id = excluded.task_run_id
    returning ${collectionColumns}
  `)
  if (collection === undefined) throw new Error('An artifact that was just inserted is missing')
  return { collection, is_new: collection.id === id }
}

export async function findCollection(
  db: Queryable,
  workspace_id: string,
  key: string,
): Promise<ArtifactCollectionRow | null> {
  const [row] = await db.query<ArtifactCollectionRow>(sql`
    select ${collectionColumns}
    from artifact_collection a
    where a.workspace_id = ${workspace_id}
      and a.key = ${key}
  `)
  return row ?? null
}

export async function lockCollection(tx: Transaction, workspace_id: string, key: string): Promise<void> {
  await tx.query<{ id: string }>(sql`
    select a.id
    from artifact_collection a
    where a.workspace_id = ${workspace_id}
      and a.key = ${key}
    for update
  `)
}

export async function findArtifact(db: Queryable, workspace_id: string, id: string): Promise<ArtifactRow | null> {
  const [row] = await db.query<ArtifactRow>(sql`
    select ${columns}
    from artifact a
    where a.workspace_id = ${workspace_id}
      and a.id = ${id}
  `)
  return row ?? null
}

/** As its collection holds it, and by the collection's id: clients find the latest under one id, whichever it is. */
export async function findLatestArtifact(
  db: Queryable,
  workspace_id: string,
  key: string,
): Promise<ArtifactRow | null> {
  const [row] = await db.query<ArtifactRow>(sql`
    select ${columns}
    from artifact_collection a
    where a.workspace_id = ${workspace_id}
      and a.key = ${key}
  `)
  return row ?? null
}

export interface ArtifactSelection {
  readonly artifacts: ArtifactFilter | null
  readonly filters: JoinedFilters
  readonly sort: ArtifactSort
  readonly limit: number
  readonly offset: number
}

export async function listArtifacts(
  db: Queryable,
  workspace_id: string,
  { artifacts, filters, sort, limit, offset }: ArtifactSelection,
): Promise<readonly ArtifactRow[]> {
  return await db.query<ArtifactRow>(sql`
    select ${columns}
    from artifact a
    where a.workspace_id = ${workspace_id}${andAlso(artifactCondition(artifacts), joinedArtifactCondition(filters))}
    order by ${artifactOrder(sort)}
    limit ${limit}
    offset ${offset}
  `)
}

export async function countArtifacts(
  db: Queryable,
  workspace_id: string,
  { artifacts, filters }: Pick<ArtifactSelection, 'artifacts' | 'filters'>,
): Promise<number> {
  const [row] = await db.query<{ count: number }>(sql`
    select count(*) as count
    from artifact a
    where a.workspace_id = ${workspace_id}${andAlso(artifactCondition(artifacts), joinedArtifactCondition(filters))}
  `)
  return row?.count ?? 0
}

export interface CollectionSelection {
  readonly artifacts: ArtifactCollectionFilter | null
  readonly filters: JoinedFilters
  readonly sort: ArtifactCollectionSort
  readonly limit: number
  readonly offset: number
}

export async function listCollections(
  db: Queryable,
  workspace_id: string,
  { artifacts, filters, sort, limit, offset }: CollectionSelection,
): Promise<readonly ArtifactCollectionRow[]> {
  const own = artifactCollectionCondition(artifacts)
  return await db.query<ArtifactCollectionRow>(sql`
    select ${collectionColumns}
    from artifact_collection a
    where a.workspace_id = ${workspace_id}${andAlso(own, joinedArtifactCondition(filters))}
    order by ${artifactOrder(sort)}
    limit ${limit}
    offset ${offset}
  `)
}

export async function countCollections(
  db: Queryable,
  workspace_id: string,
  { artifacts, filters }: Pick<CollectionSelection, 'artifacts' | 'filters'>,
): Promise<number> {
  const own = artifactCollectionCondition(artifacts)
  const [row] = await db.query<{ count: number }>(sql`
    select count(*) as count
    from artifact_collection a
    where a.workspace_id = ${workspace_id}${andAlso(own, joinedArtifactCondition(filters))}
  `)
  return row?.count ?? 0
}

/** The fields that a change may name; a field that is absent stays as it is. */
export interface ArtifactPatch {
  readonly data?: Json | undefined
  readonly description?: string | null | undefined
  readonly metadata_?: JsonObject | null | undefined
}

/** The artifact, and with it the collection whose latest it is. False when there is none. */
export async function updateArtifact(
  tx: Transaction,
  workspace_id: string,
  id: string,
  { data, description, metadata_ }: ArtifactPatch,
  now: Timestamp,
): Promise<boolean> {
  const rows = await tx.query<{ id: string }>(sql`
    with changed as (
      update artifact a
      set data = case when ${data !== undefined} then ${jsonOrNull(data ?? null)} else a.data end,
        description = case when ${description !== undefined} then ${description ?? null} else a.description end,
        metadata_ = case when ${metadata_ !== undefined} then ${jsonOrNull(metadata_ ?? null)} else a.metadata_ end,
        updated = ${now}
      where a.workspace_id = ${workspace_id}
        and a.id = ${id}
      returning a.id, a.workspace_id, a.data, a.description, a.metadata_
    ), latest as (
      update artifact_collection c
      set data = changed.data,
        description = changed.description,
        metadata_ = changed.metadata_,
        updated = ${now}
      from changed
      where c.workspace_id = changed.workspace_id
        and c.latest_id = changed.id
    )
    select changed.id
    from changed
  `)
  return rows.length === 1
}

export async function deleteArtifact(tx: Transaction, workspace_id: string, id: string): Promise<void> {
  await tx.query(sql`
    delete from artifact a
    where a.workspace_id = ${workspace_id}
      and a.id = ${id}
  `)
}

/** After its latest is gone: the newest that is left takes its place; a collection without artifacts goes. */
export async function settleCollection(
  tx: Transaction,
  workspace_id: string,
  { id, key }: { readonly id: string; readonly key: string },
  now: Timestamp,
): Promise<void> {
  await tx.query(sql`
    with next as (
      select ${columns}
      from artifact a
      where a.workspace_id = ${workspace_id}
        and a.key = ${key}
      order by a.created desc, a.id desc
      limit 1
    ), moved as (
      update artifact_collection c
      set latest_id = next.id,
        type = next.type,
        description = next.description,
        data = next.data,
        metadata_ = next.metadata_,
        flow_run_id = next.flow_run_id,
        task_run_id = next.task_run_id,
        updated = ${now}
      from next
      where c.workspace_id = ${workspace_id}
        and c.latest_id = ${id}
    )
    delete from artifact_collection c
    where c.workspace_id = ${workspace_id}
      and c.latest_id = ${id}
      and not exists (select from next)
  `)
}
