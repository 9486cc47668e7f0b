import type { BlockSchemaFilter, JsonObject } from '@slipway/contract'
import type { Queryable, Transaction } from './database.ts'
import { blockSchemaCondition } from './filters/blocks.ts'
import { andAlso } from './filters/conditions.ts'
import type { BlockSchemaRow } from './rows.ts'
import { json, sql } from './sql.ts'

const columns = sql`
  bs.id, bs.workspace_id, bs.created, bs.updated, bs.checksum, bs.fields, bs.block_type_id, bs.capabilities, bs.version`

export async function findBlockSchema(db: Queryable, workspace_id: string, id: string): Promise<BlockSchemaRow | null> {
  const [row] = await db.query<BlockSchemaRow>(sql`
    select ${columns}
    from block_schema bs
    where bs.id = ${id}
      and bs.workspace_id = ${workspace_id}
  `)
  return row ?? null
}

/** The newest with this checksum, of this version when one is given. */
export async function findBlockSchemaByChecksum(
  db: Queryable,
  workspace_id: string,
  { checksum, version }: { readonly checksum: string; readonly version: string | null },
): Promise<BlockSchemaRow | null> {
  const [row] = await db.query<BlockSchemaRow>(sql`
    select ${columns}
    from block_schema bs
    where bs.workspace_id = ${workspace_id}
      and bs.checksum = ${checksum}
      and (${version}::text is null or bs.version = ${version}::text)
    order by bs.created desc, bs.id desc
    limit 1
  `)
  return row ?? null
}

export async function listBlockSchemasById(
  db: Queryable,
  workspace_id: string,
  ids: readonly string[],
): Promise<readonly BlockSchemaRow[]> {
  return await db.query<BlockSchemaRow>(sql`
    select ${columns}
    from block_schema bs
    where bs.workspace_id = ${workspace_id}
      and bs.id = any(${ids}::uuid[])
    order by bs.id
  `)
}

/** Newest first: clients take the first of a type for its present schema. */
export async function listBlockSchemas(
  db: Queryable,
  workspace_id: string,
  { filter, limit, offset }: { filter: BlockSchemaFilter | null; limit: number; offset: number },
): Promise<readonly BlockSchemaRow[]> {
  return await db.query<BlockSchemaRow>(sql`
    select ${columns}
    from block_schema bs
    where bs.workspace_id = ${workspace_id}${andAlso(blockSchemaCondition(filter))}
    order by bs.created desc, bs.id desc
    limit ${limit}
    offset ${offset}
  `)
}

export interface NewBlockSchema extends Omit<BlockSchemaRow, 'updated' | 'fields'> {
  readonly fields: JsonObject
}

/** Null when the workspace has one with this checksum and version. */
export async function insertBlockSchema(tx: Transaction, schema: NewBlockSchema): Promise<BlockSchemaRow | null> {
  const [row] = await tx.query<BlockSchemaRow>(sql`
    insert into block_schema as bs (id, workspace_id, created, updated, checksum, fields, block_type_id, capabilities, version)
    values (${schema.id}, ${schema.workspace_id}, ${schema.created}, ${schema.created}, ${schema.checksum},
      ${json(schema.fields)}, ${schema.block_type_id}, ${schema.capabilities}, ${schema.version})
    on conflict (workspace_id, checksum, version) do nothing
    returning ${columns}
  `)
  return row ?? null
}

/** Documents of the schema go with it. False when there is none. */
export async function deleteBlockSchema(db: Queryable, workspace_id: string, id: string): Promise<boolean> {
  const rows = await db.query<{ id: string }>(sql`
    delete from block_schema
    where id = ${id}
      and workspace_id = ${workspace_id}
    returning id
  `)
  return rows.length === 1
}

const MOST_CAPABILITIES = 1_000

export async function listCapabilities(db: Queryable, workspace_id: string): Promise<readonly string[]> {
  const rows = await db.query<{ capability: string }>(sql`
    select distinct c.capability
    from block_schema bs
    cross join unnest(bs.capabilities) as c(capability)
    where bs.workspace_id = ${workspace_id}
    order by c.capability
    limit ${MOST_CAPABILITIES}
  `)
  return rows.map(({ capability }) => capability)
}
