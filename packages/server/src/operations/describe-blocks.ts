import { type BlockDocument, type BlockSchema, type BlockType, type JsonObject, parseLossless } from '@slipway/contract'
import type { Context } from '../context.ts'
import { assembleDocument, type OpenDocument } from '../domain/blocks/documents.ts'
import { separateReferences } from '../domain/blocks/references.ts'
import { schemaFieldsForRead } from '../domain/blocks/schemas.ts'
import { problem } from '../errors.ts'
import { listBlockDocumentsById } from '../store/block-documents.ts'
import { listBlockSchemasById } from '../store/block-schemas.ts'
import { listBlockTypesById } from '../store/block-types.ts'
import type { Queryable } from '../store/database.ts'
import type { BlockDocumentRow, BlockSchemaRow, BlockTypeRow } from '../store/rows.ts'
import { blockAad } from './open-blocks.ts'

/** Documents within documents that one answer may unfold; each use of a shared one counts. */
const MOST_UNFOLDED = 1_000
const DEEPEST = 50

export function blockTypeResponse(row: BlockTypeRow): BlockType {
  const { id, created, updated, name, slug, logo_url, documentation_url, description, code_example, is_protected } = row
  return { id, created, updated, name, slug, logo_url, documentation_url, description, code_example, is_protected }
}

export function blockSchemaResponse(row: BlockSchemaRow, type: BlockTypeRow | null): BlockSchema {
  const { id, created, updated, checksum, block_type_id, capabilities, version } = row
  return {
    id,
    created,
    updated,
    checksum,
    fields: schemaFieldsForRead(fieldsOf(row)),
    block_type_id,
    block_type: type === null ? null : blockTypeResponse(type),
    capabilities: [...capabilities],
    version,
  }
}

/** Schemas with their types, in the order given. */
export async function describeBlockSchemas(
  db: Queryable,
  workspace_id: string,
  rows: readonly BlockSchemaRow[],
): Promise<BlockSchema[]> {
  const types = await typesOf(
    db,
    workspace_id,
    rows.map((row) => row.block_type_id),
  )
  return rows.map((row) => blockSchemaResponse(row, types.get(row.block_type_id) ?? null))
}

/** One document, as `describeBlockDocuments` shows it; null when there is none. */
export async function describeBlockDocument(
  ctx: Pick<Context, 'vault'>,
  db: Queryable,
  row: BlockDocumentRow | null | undefined,
  { include_secrets }: { readonly include_secrets: boolean },
): Promise<BlockDocument | null> {
  if (row === null || row === undefined) return null
  const found = await gather(ctx, db, row.workspace_id, [row])
  const document = openDocument(found, row.id)
  if (document !== undefined && isTooLarge(document, found)) {
    throw problem(422, `Block document "${row.name}" nests too many other blocks to be shown.`)
  }
  return describe(found, row, { include_secrets }) ?? null
}

/**
 * Documents as clients read them: what they refer to in its place, secrets as stars unless asked for. This is the one
 * place where data that was opened leaves the process.
 */
export async function describeBlockDocuments(
  ctx: Pick<Context, 'vault'>,
  db: Queryable,
  workspace_id: string,
  rows: readonly BlockDocumentRow[],
  { include_secrets }: { readonly include_secrets: boolean },
): Promise<BlockDocument[]> {
  const found = await gather(ctx, db, workspace_id, rows)
  return rows.flatMap((row) => describe(found, row, { include_secrets }) ?? [])
}

/** All that the description of some documents takes. */
interface Gathered {
  readonly opened: ReadonlyMap<string, Opened>
  readonly schemas: ReadonlyMap<string, BlockSchemaRow>
  readonly types: ReadonlyMap<string, BlockTypeRow>
}

async function gather(
  ctx: Pick<Context, 'vault'>,
  db: Queryable,
  workspace_id: string,
  rows: readonly BlockDocumentRow[],
): Promise<Gathered> {
  const opened = await openWithReferences(ctx, db, workspace_id, rows)
  const all = [...opened.values()].map(({ row }) => row)
  const schema_ids = [...new Set(all.map((row) => row.block_schema_id))]
  const schemas = schema_ids.length === 0 ? [] : await listBlockSchemasById(db, workspace_id, schema_ids)
  const types = await typesOf(
    db,
    workspace_id,
    [...all, ...schemas].map((row) => row.block_type_id),
  )
  return { opened, schemas: new Map(schemas.map((row) => [row.id, row])), types }
}

/** Undefined also when its schema or type was deleted meanwhile: then the document is gone too. */
function openDocument({ opened, schemas, types }: Gathered, id: string): OpenDocument | undefined {
  const found = opened.get(id)
  const schema = schemas.get(found?.row.block_schema_id ?? '')
  const type = types.get(found?.row.block_type_id ?? '')
  if (found === undefined || schema === undefined || type === undefined) return undefined
  return {
    id,
    name: found.row.name,
    block_type: { ...blockTypeResponse(type) },
    is_anonymous: found.row.is_anonymous,
    ...separateReferences(found.data),
    schema_fields: fieldsOf(schema),
  }
}

function describe(
  found: Gathered,
  row: BlockDocumentRow,
  options: { readonly include_secrets: boolean },
): BlockDocument | undefined {
  const document = openDocument(found, row.id)
  const schema = found.schemas.get(row.block_schema_id)
  const type = found.types.get(row.block_type_id)
  if (document === undefined || schema === undefined || type === undefined) return undefined
  // One that unfolds to too much must not spoil a list: there it stands without what it refers to.
  const find = isTooLarge(document, found) ? () => undefined : (id: string) => openDocument(found, id)
  const { data, block_document_references } = assembleDocument(document, find, options)
  const { id, created, updated, name, block_schema_id, block_type_id, is_anonymous } = row
  return {
    id,
    created,
    updated,
    name,
    data,
    block_schema_id,
    block_schema: blockSchemaResponse(schema, found.types.get(schema.block_type_id) ?? null),
    block_type_id,
    block_type_name: type.name,
    block_type: blockTypeResponse(type),
    // Its values are records of references, which are objects.
    block_document_references: block_document_references as Record<string, JsonObject>,
    is_anonymous,
  }
}

interface Opened {
  readonly row: BlockDocumentRow
  /** References included. */
  readonly data: JsonObject
}

export function openDocumentData({ vault }: Pick<Context, 'vault'>, row: BlockDocumentRow): JsonObject {
  // Only objects are sealed as block data.
  return parseLossless(vault.open(row.sealed_data, blockAad(row.id))) as JsonObject
}

/** One query a level, however many documents there are. */
async function openWithReferences(
  ctx: Pick<Context, 'vault'>,
  db: Queryable,
  workspace_id: string,
  rows: readonly BlockDocumentRow[],
): Promise<ReadonlyMap<string, Opened>> {
  const opened = new Map<string, Opened>()
  let level = rows
  while (level.length > 0) {
    const wanted = new Set<string>()
    for (const row of level) {
      const data = openDocumentData(ctx, row)
      opened.set(row.id, { row, data })
      for (const { block_document_id } of separateReferences(data).references) wanted.add(block_document_id)
    }
    const missing = [...wanted].filter((id) => !opened.has(id))
    level = missing.length === 0 ? [] : await listBlockDocumentsById(db, workspace_id, missing)
  }
  return opened
}

/** Documents that share others can unfold to far more than is stored. */
function isTooLarge(root: OpenDocument, found: Gathered): boolean {
  const sizes = new Map<string, number>()
  const sizeOf = (document: OpenDocument, depth: number): number => {
    const known = sizes.get(document.id)
    if (known !== undefined) return known
    if (depth > DEEPEST) return MOST_UNFOLDED + 1
    let size = 1
    for (const { block_document_id } of document.references) {
      const child = openDocument(found, block_document_id)
      if (child !== undefined) size += sizeOf(child, depth + 1)
      if (size > MOST_UNFOLDED) break
    }
    sizes.set(document.id, size)
    return size
  }
  return sizeOf(root, 0) > MOST_UNFOLDED
}

async function typesOf(
  db: Queryable,
  workspace_id: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, BlockTypeRow>> {
  if (ids.length === 0) return new Map()
  return new Map((await listBlockTypesById(db, workspace_id, [...new Set(ids)])).map((row) => [row.id, row]))
}

function fieldsOf({ fields }: BlockSchemaRow): JsonObject {
  // Only objects are registered as fields.
  return fields as JsonObject
}
