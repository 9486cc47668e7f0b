import type {
  BlockDocumentFilter,
  BlockDocumentSort,
  BlockSchemaFilter,
  BlockTypeFilter,
  Json,
  Timestamp,
} from '@slipway/contract'
import type { Queryable, Transaction } from './database.ts'
import { blockDocumentCondition, blockSchemaCondition, blockTypeCondition } from './filters/blocks.ts'
import { andAlso } from './filters/conditions.ts'
import type { BlockDocumentRow } from './rows.ts'
import { json, type Sql, sql } from './sql.ts'

const columns = sql`
  bd.id, bd.workspace_id, bd.created, bd.updated, bd.name, bd.sealed_data, bd.block_schema_id, bd.block_type_id, bd.is_anonymous`

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
    select bd.id, bd.name, bd.sealed_data, bt.slug as block_type_slug
    from block_document bd
    join block_type bt on bt.id = bd.block_type_id
    where bd.workspace_id = ${workspace_id}
      and bd.id = any(${ids}::uuid[])
    order by bd.id
  `)
}

/** By (type slug, document name) pairs, as `{{ prefect.blocks.<slug>.<name> }}` says them. */
export async function listSealedBlockDocumentsByName(
  db: Queryable,
  workspace_id: string,
  names: readonly { readonly slug: string; readonly name: string }[],
): Promise<readonly SealedBlockDocument[]> {
  return await db.query<SealedBlockDocument>(sql`
    select bd.id, bd.name, bd.sealed_data, bt.slug as block_type_slug
    from block_document bd
    join block_type bt on bt.id = bd.block_type_id
    join json_to_recordset(${JSON.stringify(names)}::json) as x(slug text, name text)
      on x.slug = bt.slug and x.name = bd.name
    where bd.workspace_id = ${workspace_id}
    order by bd.id
  `)
}

export async function listBlockDocumentsById(
  db: Queryable,
  workspace_id: string,
  ids: readonly string[],
): Promise<readonly BlockDocumentRow[]> {
  return await db.query<BlockDocumentRow>(sql`
    select ${columns}
    from block_document bd
    where bd.workspace_id = ${workspace_id}
      and bd.id = any(${ids}::uuid[])
    order by bd.id
  `)
}

export async function findBlockDocumentByName(
  db: Queryable,
  workspace_id: string,
  { slug, name }: { readonly slug: string; readonly name: string },
): Promise<BlockDocumentRow | null> {
  const [row] = await db.query<BlockDocumentRow>(sql`
    select ${columns}
    from block_document bd
    join block_type bt on bt.id = bd.block_type_id
    where bd.workspace_id = ${workspace_id}
      and bt.slug = ${slug}
      and bd.name = ${name}
  `)
  return row ?? null
}

export interface BlockDocumentCriteria {
  readonly block_documents: BlockDocumentFilter | null
  readonly block_types: BlockTypeFilter | null
  readonly block_schemas: BlockSchemaFilter | null
}

export interface BlockDocumentSelection extends BlockDocumentCriteria {
  readonly sort: BlockDocumentSort | null
  readonly limit: number
  readonly offset: number
}

export async function listBlockDocuments(
  db: Queryable,
  workspace_id: string,
  selection: BlockDocumentSelection,
): Promise<readonly BlockDocumentRow[]> {
  return await db.query<BlockDocumentRow>(sql`
    select ${columns}
    ${selected(workspace_id, selection)}
    order by ${orderOf(selection.sort)}
    limit ${selection.limit}
    offset ${selection.offset}
  `)
}

export async function countBlockDocuments(
  db: Queryable,
  workspace_id: string,
  criteria: BlockDocumentCriteria,
): Promise<number> {
  const [row] = await db.query<{ count: number }>(sql`
    select count(*) as count
    ${selected(workspace_id, criteria)}
  `)
  return row?.count ?? 0
}

function selected(workspace_id: string, { block_documents, block_types, block_schemas }: BlockDocumentCriteria): Sql {
  const conditions = andAlso(
    // Anonymous documents are parts of other things: they are shown to who asks for them.
    blockDocumentCondition(block_documents ?? { is_anonymous: { eq_: false } }),
    blockTypeCondition(block_types),
    blockSchemaCondition(block_schemas),
  )
  return sql`
    from block_document bd
    join block_type bt on bt.id = bd.block_type_id
    join block_schema bs on bs.id = bd.block_schema_id
    where bd.workspace_id = ${workspace_id}${conditions}`
}

/** Null when the type has a document of this name. */
export async function insertBlockDocument(
  tx: Transaction,
  document: Omit<BlockDocumentRow, 'updated'>,
): Promise<BlockDocumentRow | null> {
  const [row] = await tx.query<BlockDocumentRow>(sql`
    insert into block_document as bd (id, workspace_id, created, updated, name, sealed_data, block_schema_id,
      block_type_id, is_anonymous)
    values (${document.id}, ${document.workspace_id}, ${document.created}, ${document.created}, ${document.name},
      ${json(document.sealed_data)}, ${document.block_schema_id}, ${document.block_type_id}, ${document.is_anonymous})
    on conflict (block_type_id, name) do nothing
    returning ${columns}
  `)
  return row ?? null
}

export async function lockBlockDocument(
  tx: Transaction,
  workspace_id: string,
  id: string,
): Promise<BlockDocumentRow | null> {
  const [row] = await tx.query<BlockDocumentRow>(sql`
    select ${columns}
    from block_document bd
    where bd.id = ${id}
      and bd.workspace_id = ${workspace_id}
    for no key update
  `)
  return row ?? null
}

/** The caller holds its lock. */
export async function updateBlockDocument(
  tx: Transaction,
  { id, sealed_data, block_schema_id }: Pick<BlockDocumentRow, 'id' | 'sealed_data' | 'block_schema_id'>,
  now: Timestamp,
): Promise<void> {
  await tx.query(sql`
    update block_document
    set sealed_data = ${json(sealed_data)},
      block_schema_id = ${block_schema_id},
      updated = ${now}
    where id = ${id}
  `)
}

export async function deleteBlockDocument(
  tx: Transaction,
  workspace_id: string,
  id: string,
): Promise<BlockDocumentRow | null> {
  const [row] = await tx.query<BlockDocumentRow>(sql`
    delete from block_document bd
    where bd.id = ${id}
      and bd.workspace_id = ${workspace_id}
    returning ${columns}
  `)
  return row ?? null
}

function orderOf(sort: BlockDocumentSort | null): Sql {
  switch (sort) {
    case 'NAME_DESC':
      return sql`bd.name desc, bd.id`
    case 'BLOCK_TYPE_AND_NAME_ASC':
      return sql`bt.name, bd.name, bd.id`
    case 'NAME_ASC':
    case null:
      return sql`bd.name, bd.id`
  }
}
