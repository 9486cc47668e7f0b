import type { Queryable, Transaction } from './database.ts'
import { sql } from './sql.ts'

/** References of a workspace change one after the other: two writers could close a circle that neither sees. */
export async function lockBlockReferences(tx: Transaction, workspace_id: string): Promise<void> {
  await tx.query(
    sql`select pg_advisory_xact_lock(hashtextextended(${`block-references:${workspace_id}`}, 0)) is null as held`,
  )
}

export interface BlockReferenceEdge {
  readonly parent_id: string
  readonly child_id: string
  readonly path: string
}

/** What a document refers to. */
export async function listBlockReferences(db: Queryable, parent_id: string): Promise<readonly BlockReferenceEdge[]> {
  return await db.query<BlockReferenceEdge>(sql`
    select parent_id, child_id, path
    from block_document_reference
    where parent_id = ${parent_id}
    order by path
  `)
}

const MOST_EDGES = 10_000

/** Everything that these documents refer to, at any depth. */
export async function listBlockReferencesBelow(
  db: Queryable,
  ids: readonly string[],
): Promise<readonly BlockReferenceEdge[]> {
  return await db.query<BlockReferenceEdge>(sql`
    with recursive below as (
      select r.parent_id, r.child_id, r.path
      from block_document_reference r
      where r.parent_id = any(${ids}::uuid[])
      union
      select r.parent_id, r.child_id, r.path
      from below b
      join block_document_reference r on r.parent_id = b.child_id
    )
    select parent_id, child_id, path
    from below
    order by parent_id, path
    limit ${MOST_EDGES}
  `)
}

/** Replaces the references of a document; returns how many of the new ones name a document of the workspace. */
export async function replaceBlockReferences(
  tx: Transaction,
  workspace_id: string,
  parent_id: string,
  references: readonly { readonly name: string; readonly block_document_id: string }[],
): Promise<number> {
  const [row] = await tx.query<{ count: number }>(sql`
    with wanted as materialized (
      select x.name, x.block_document_id
      from json_to_recordset(${JSON.stringify(references)}::json) as x(name text, block_document_id uuid)
      join block_document d on d.id = x.block_document_id and d.workspace_id = ${workspace_id}
    ), gone as (
      delete from block_document_reference r
      where r.parent_id = ${parent_id}
        and not exists (select 1 from wanted w where w.name = r.path)
    ), written as (
      insert into block_document_reference (parent_id, child_id, path)
      select ${parent_id}::uuid, w.block_document_id, w.name
      from wanted w
      on conflict (parent_id, path) do update
      set child_id = excluded.child_id
    )
    select count(*) as count
    from wanted
  `)
  return row?.count ?? 0
}
