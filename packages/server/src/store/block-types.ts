import type { BlockSchemaFilter, BlockTypeFilter, BlockTypeUpdate, Timestamp } from '@slipway/contract'
import type { Queryable, Transaction } from './database.ts'
import { blockSchemaCondition, blockTypeCondition } from './filters/blocks.ts'
import { andAlso } from './filters/conditions.ts'
import type { BlockTypeRow } from './rows.ts'
import { empty, type Sql, sql } from './sql.ts'

const columns = sql`
  bt.id, bt.workspace_id, bt.created, bt.updated, bt.name, bt.slug, bt.logo_url, bt.documentation_url, bt.description,
  bt.code_example, bt.is_protected`

export async function findBlockType(
  db: Queryable,
  workspace_id: string,
  key: { readonly id: string } | { readonly slug: string },
): Promise<BlockTypeRow | null> {
  const [row] = await db.query<BlockTypeRow>(sql`
    select ${columns}
    from block_type bt
    where bt.workspace_id = ${workspace_id}
      and ${'id' in key ? sql`bt.id = ${key.id}` : sql`bt.slug = ${key.slug}`}
  `)
  return row ?? null
}

export async function listBlockTypesById(
  db: Queryable,
  workspace_id: string,
  ids: readonly string[],
): Promise<readonly BlockTypeRow[]> {
  return await db.query<BlockTypeRow>(sql`
    select ${columns}
    from block_type bt
    where bt.workspace_id = ${workspace_id}
      and bt.id = any(${ids}::uuid[])
    order by bt.id
  `)
}

export interface BlockTypeSelection {
  readonly block_types: BlockTypeFilter | null
  /** Of at least one schema of the type. */
  readonly block_schemas: BlockSchemaFilter | null
  readonly limit: number
  readonly offset: number
}

export async function listBlockTypes(
  db: Queryable,
  workspace_id: string,
  { block_types, block_schemas, limit, offset }: BlockTypeSelection,
): Promise<readonly BlockTypeRow[]> {
  return await db.query<BlockTypeRow>(sql`
    select ${columns}
    from block_type bt
    where bt.workspace_id = ${workspace_id}${andAlso(blockTypeCondition(block_types))}${hasSchema(block_schemas)}
    order by bt.name, bt.id
    limit ${limit}
    offset ${offset}
  `)
}

function hasSchema(filter: BlockSchemaFilter | null): Sql {
  if (filter === null) return empty
  return sql` and exists (
      select 1
      from block_schema bs
      where bs.block_type_id = bt.id${andAlso(blockSchemaCondition(filter))}
    )`
}

/** Null when the slug is taken. */
export async function insertBlockType(
  tx: Transaction,
  type: Omit<BlockTypeRow, 'updated'>,
): Promise<BlockTypeRow | null> {
  const [row] = await tx.query<BlockTypeRow>(sql`
    insert into block_type as bt (id, workspace_id, created, updated, name, slug, logo_url, documentation_url,
      description, code_example, is_protected)
    values (${type.id}, ${type.workspace_id}, ${type.created}, ${type.created}, ${type.name}, ${type.slug},
      ${type.logo_url}, ${type.documentation_url}, ${type.description}, ${type.code_example}, ${type.is_protected})
    on conflict (workspace_id, slug) do nothing
    returning ${columns}
  `)
  return row ?? null
}

/** A key that is absent stays as it is. */
export async function updateBlockType(
  tx: Transaction,
  workspace_id: string,
  id: string,
  patch: BlockTypeUpdate,
  now: Timestamp,
): Promise<BlockTypeRow | null> {
  const [row] = await tx.query<BlockTypeRow>(sql`
    update block_type bt
    set logo_url = case when p.patch ? 'logo_url' then p.patch ->> 'logo_url' else bt.logo_url end,
      documentation_url = case when p.patch ? 'documentation_url' then p.patch ->> 'documentation_url' else bt.documentation_url end,
      description = case when p.patch ? 'description' then p.patch ->> 'description' else bt.description end,
      code_example = case when p.patch ? 'code_example' then p.patch ->> 'code_example' else bt.code_example end,
      updated = ${now}
    from (select ${JSON.stringify(patch)}::jsonb as patch) p
    where bt.id = ${id}
      and bt.workspace_id = ${workspace_id}
    returning ${columns}
  `)
  return row ?? null
}

/** Schemas and documents go with it. */
export async function deleteBlockType(tx: Transaction, workspace_id: string, id: string): Promise<void> {
  await tx.query(sql`
    delete from block_type
    where id = ${id}
      and workspace_id = ${workspace_id}
  `)
}

/** Slugs of those types that exist. */
export async function listBlockTypeIds(
  db: Queryable,
  workspace_id: string,
  slugs: readonly string[],
): Promise<readonly { readonly id: string; readonly slug: string }[]> {
  return await db.query<{ id: string; slug: string }>(sql`
    select id, slug
    from block_type
    where workspace_id = ${workspace_id}
      and slug = any(${slugs}::text[])
    order by slug
  `)
}
