import { type BlockDocument, type JsonObject, normalUuid } from '@slipway/contract'
import type { Context } from '../context.ts'
import { updateDocument } from '../domain/blocks/documents.ts'
import { isJsonObject } from '../domain/json-object.ts'
import {
  type BlockReference,
  blockReferenceOf,
  separateReferences,
  type SeparatedData,
  wouldFormCycle,
} from '../domain/blocks/references.ts'
import { OBFUSCATED, obfuscate } from '../domain/blocks/secrets.ts'
import { problem } from '../errors.ts'
import type { Change, ResourceChange } from '../events/resource-event.ts'
import {
  deleteBlockDocument,
  insertBlockDocument,
  lockBlockDocument,
  updateBlockDocument,
} from '../store/block-documents.ts'
import {
  listBlockReferences,
  listBlockReferencesBelow,
  lockBlockReferences,
  replaceBlockReferences,
} from '../store/block-references.ts'
import { findBlockSchema } from '../store/block-schemas.ts'
import { findBlockType } from '../store/block-types.ts'
import type { Transaction } from '../store/database.ts'
import type { BlockDocumentRow, BlockSchemaRow, BlockTypeRow } from '../store/rows.ts'
import { checkBlockData } from './check-block-data.ts'
import { describeBlockDocument, openDocumentData } from './describe-blocks.ts'
import { emitChanges } from './emit-change.ts'
import { integrityConflict } from './integrity-conflict.ts'
import { blockAad } from './open-blocks.ts'

export interface NewBlockDocument {
  readonly name: string | null
  readonly data: JsonObject
  readonly block_schema_id: string
  readonly block_type_id: string
  readonly is_anonymous: boolean
}

interface Options {
  /** The data has to be such that a work pool could use it. */
  readonly validate: boolean
}

export async function createBlockDocument(
  ctx: Context,
  workspace_id: string,
  given: NewBlockDocument,
  { validate }: Options,
): Promise<BlockDocument> {
  return await ctx.db.transaction(async (tx) => {
    const now = ctx.clock.now()
    const { type, schema } = await kindOf(tx, workspace_id, given)
    refuseBrokenReferences(given.data)
    const separated = canonical(separateReferences(validate ? checkBlockData(type.slug, given.data) : given.data))
    const id = ctx.ids.uuid()
    const row = await insertBlockDocument(tx, {
      id,
      workspace_id,
      created: now,
      name: given.name ?? `anonymous-${ctx.ids.uuid()}`,
      sealed_data: seal(ctx, id, separated),
      block_schema_id: schema.id,
      block_type_id: type.id,
      is_anonymous: given.is_anonymous,
    })
    if (row === null) throw problem(409, 'Block already exists')
    await writeReferences(tx, row, separated.references)
    await emitChanges(ctx, tx, workspace_id, [changeOf('created', row, { type, schema, data: separated.data })], now)
    const document = await describeBlockDocument(ctx, tx, row, { include_secrets: false })
    if (document === null) throw new Error('A block document was lost in the transaction that made it')
    return document
  })
}

export interface BlockDocumentPatch {
  readonly block_schema_id?: string | null
  readonly data?: JsonObject
  readonly merge_existing_data?: boolean
}

export async function changeBlockDocument(
  ctx: Context,
  workspace_id: string,
  id: string,
  { patch, validate }: { readonly patch: BlockDocumentPatch } & Options,
): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    const now = ctx.clock.now()
    const row = await lockBlockDocument(tx, workspace_id, id)
    if (row === null) throw blockDocumentNotFound()
    refuseBrokenReferences(patch.data ?? {})
    const before = await kindOf(tx, workspace_id, row)
    const { type, schema } = await kindOf(tx, workspace_id, {
      ...row,
      block_schema_id: patch.block_schema_id ?? row.block_schema_id,
    })
    const next = await nextData(ctx, tx, { row, schema: before.schema, patch })
    const separated = canonical(validate ? separateReferences(checkBlockData(type.slug, withReferences(next))) : next)
    await updateBlockDocument(tx, { id, sealed_data: seal(ctx, id, separated), block_schema_id: schema.id }, now)
    await writeReferences(tx, row, separated.references)
    await emitChanges(ctx, tx, workspace_id, [changeOf('updated', row, { type, schema, data: separated.data })], now)
  })
}

export async function removeBlockDocument(ctx: Context, workspace_id: string, id: string): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    const row = await deleteBlockDocument(tx, workspace_id, id)
    if (row === null) throw blockDocumentNotFound()
    const kind = await kindOf(tx, workspace_id, row)
    // Its data is not opened for this: a document whose key is lost can be deleted too.
    await emitChanges(ctx, tx, workspace_id, [changeOf('deleted', row, { ...kind, data: {} })], ctx.clock.now())
  })
}

export function blockDocumentNotFound(): Error {
  return problem(404, 'Block document not found')
}

interface Kind {
  readonly type: BlockTypeRow
  readonly schema: BlockSchemaRow
}

async function kindOf(
  tx: Transaction,
  workspace_id: string,
  { block_type_id, block_schema_id }: Pick<BlockDocumentRow, 'block_type_id' | 'block_schema_id'>,
): Promise<Kind> {
  const type = await findBlockType(tx, workspace_id, { id: block_type_id })
  const schema = await findBlockSchema(tx, workspace_id, block_schema_id)
  if (type === null || schema === null) throw integrityConflict()
  return { type, schema }
}

async function nextData(
  ctx: Context,
  tx: Transaction,
  { row, schema, patch }: { row: BlockDocumentRow; schema: BlockSchemaRow; patch: BlockDocumentPatch },
): Promise<SeparatedData> {
  // By the rows: a document that was referred to and deleted is no reference any more, though its id is still in the data.
  const references = (await listBlockReferences(tx, row.id)).map(({ path, child_id }) => ({
    name: path,
    block_document_id: child_id,
  }))
  const current = {
    data: separateReferences(openDocumentData(ctx, row)).data,
    references,
    // Only objects are registered as fields.
    schema_fields: schema.fields as JsonObject,
  }
  if (patch.data === undefined) return current
  return updateDocument(current, patch.data, { merge: patch.merge_existing_data ?? true })
}

function seal({ vault }: Context, id: string, separated: SeparatedData): JsonObject {
  return { ...vault.seal(JSON.stringify(withReferences(separated)), blockAad(id)) }
}

function withReferences({ data, references }: SeparatedData): JsonObject {
  return {
    ...data,
    ...Object.fromEntries(references.map(({ name, block_document_id }) => [name, { $ref: { block_document_id } }])),
  }
}

/** What is meant as a reference and names no document would be kept as data, and missed only when a flow loads it. */
function refuseBrokenReferences(data: JsonObject): void {
  for (const [name, value] of Object.entries(data)) {
    const isMeant = isJsonObject(value) && isJsonObject(value['$ref'])
    if (isMeant && blockReferenceOf(value) === null) {
      throw problem(400, `Received block reference without a block_document_id in key ${name}`)
    }
  }
}

/** Ids in the one spelling in which they are looked up. */
function canonical({ data, references }: SeparatedData): SeparatedData {
  return {
    data,
    references: references.map(({ name, block_document_id }) => ({
      name,
      block_document_id: normalUuid(block_document_id) ?? block_document_id,
    })),
  }
}

async function writeReferences(
  tx: Transaction,
  { id, workspace_id }: BlockDocumentRow,
  references: readonly BlockReference[],
): Promise<void> {
  const children = [...new Set(references.map(({ block_document_id }) => block_document_id))]
  if (children.length > 0) {
    await lockBlockReferences(tx, workspace_id)
    const below = Map.groupBy(await listBlockReferencesBelow(tx, children), ({ parent_id }) => parent_id)
    const cyclic = children.find((child) =>
      wouldFormCycle(id, [child], (parent) => (below.get(parent) ?? []).map(({ child_id }) => child_id)),
    )
    if (cyclic !== undefined) {
      throw problem(
        400,
        `Cannot create block document reference: it would introduce a cycle into the block_document_reference graph (parent=${id}, reference=${cyclic}).`,
      )
    }
  }
  const written = await replaceBlockReferences(tx, workspace_id, id, references)
  if (written !== references.length) throw integrityConflict()
}

function changeOf(
  change: Change,
  { id, name }: BlockDocumentRow,
  { type, schema, data }: Kind & { readonly data: JsonObject },
): ResourceChange {
  const shown = obfuscate(data, schema.fields as JsonObject)
  const texts = Object.entries(shown).filter(([, value]) => typeof value === 'string' && value !== OBFUSCATED)
  return {
    kind: 'block-document',
    change,
    id,
    name,
    payload: {
      name,
      data: Object.fromEntries(texts),
      block_schema: { capabilities: schema.capabilities, block_type: { id: type.id, name: type.name } },
    },
    related: [
      {
        'prefect.resource.id': `prefect.block-type.${type.id}`,
        'prefect.resource.role': 'block-type',
        'prefect.resource.name': type.name,
      },
      { 'prefect.resource.id': `prefect.block-schema.${schema.id}`, 'prefect.resource.role': 'block-schema' },
    ],
  }
}
