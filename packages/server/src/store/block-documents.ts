import type { Json } from '@slipway/contract'
import type { Queryable } from './database.ts'
import { sql } from './sql.ts'

/** A stored document, still sealed, with what identifies it. */
export interface SealedBlockDocument {
  readonly id: string
  readonly name: string
  readonly sealed_data: Json
  readonly block_type_slug: string
}

export async function listSealedBlockDocuments(
  db: Queryable,
  workspace_id: string,
  ids: readonly string[],
): Promise<readonly SealedBlockDocument[]> {
  return await db.query<SealedBlockDocument>(sql`
    select d.id, d.name, d.sealed_data, t.slug as block_type_slug
    from block_document d
    join block_type t on t.id = d.block_type_id
    where d.workspace_id = ${workspace_id}
      and d.id = any(${ids}::uuid[])
    order by d.id
  `)
}

/** By (type slug, document name) pairs, as `{{ prefect.blocks.<slug>.<name> }}` says them. */
export async function listSealedBlockDocumentsByName(
  db: Queryable,
  workspace_id: string,
  names: readonly { readonly slug: string; readonly name: string }[],
): Promise<readonly SealedBlockDocument[]> {
  return await db.query<SealedBlockDocument>(sql`
    select d.id, d.name, d.sealed_data, t.slug as block_type_slug
    from block_document d
    join block_type t on t.id = d.block_type_id
    join json_to_recordset(${JSON.stringify(names)}::json) as x(slug text, name text)
      on x.slug = t.slug and x.name = d.name
    where d.workspace_id = ${workspace_id}
    order by d.id
  `)
}
