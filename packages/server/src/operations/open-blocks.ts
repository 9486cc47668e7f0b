import { isRawNumber, type Json, type JsonObject, parseLossless } from '@slipway/contract'
import type { Context } from '../context.ts'
import { collectReferences, referencedBlockId } from '../domain/templates/references.ts'
import {
  listSealedBlockDocuments,
  listSealedBlockDocumentsByName,
  type SealedBlockDocument,
} from '../store/block-documents.ts'
import type { Queryable } from '../store/database.ts'

/** A block with its secrets in clear. It never leaves the process in this form, but for an answer that was asked for secrets. */
export interface OpenBlock {
  readonly id: string
  readonly name: string
  readonly block_type_slug: string
  readonly data: JsonObject
}

export function blockAad(id: string): string {
  return `block_document:${id}`
}

export async function openBlocksById(
  ctx: Pick<Context, 'vault'>,
  db: Queryable,
  workspace_id: string,
  ids: readonly string[],
): Promise<readonly OpenBlock[]> {
  if (ids.length === 0) return []
  return (await listSealedBlockDocuments(db, workspace_id, ids)).map((row) => openBlock(ctx, row))
}

export async function openBlocksByName(
  ctx: Pick<Context, 'vault'>,
  db: Queryable,
  workspace_id: string,
  names: readonly { readonly slug: string; readonly name: string }[],
): Promise<readonly OpenBlock[]> {
  if (names.length === 0) return []
  return (await listSealedBlockDocumentsByName(db, workspace_id, names)).map((row) => openBlock(ctx, row))
}

function openBlock({ vault }: Pick<Context, 'vault'>, row: SealedBlockDocument): OpenBlock {
  return {
    id: row.id,
    name: row.name,
    block_type_slug: row.block_type_slug,
    // Only objects are sealed as block data.
    data: parseLossless(vault.open(row.sealed_data, blockAad(row.id))) as JsonObject,
  }
}

const DEEPEST = 10

/**
 * Data by block id, with `{"$ref": {"block_document_id"}}` replaced by the data it names, at any depth. A circle or a
 * missing block leaves its reference standing, which is then reported as not found.
 */
export async function openBlocksDeep(
  ctx: Pick<Context, 'vault'>,
  db: Queryable,
  workspace_id: string,
  roots: readonly OpenBlock[],
): Promise<ReadonlyMap<string, JsonObject>> {
  const open = new Map(roots.map((block) => [block.id, block.data]))
  for (let depth = 0; depth < DEEPEST; depth += 1) {
    const wanted = new Set([...open.values()].flatMap((data) => collectReferences(data).block_ids))
    const missing = [...wanted].filter((id) => !open.has(id))
    if (missing.length === 0) break
    const found = await openBlocksById(ctx, db, workspace_id, missing)
    if (found.length === 0) break
    for (const block of found) open.set(block.id, block.data)
  }
  // Every object stays an object: a reference stands inside the data, the data itself is none.
  return new Map([...open].map(([id, data]) => [id, inline(data, open, [id]) as JsonObject]))
}

function inline(value: Json, open: ReadonlyMap<string, JsonObject>, path: readonly string[]): Json {
  if (typeof value !== 'object' || value === null || isRawNumber(value)) return value
  if (Array.isArray(value)) return value.map((item: Json) => inline(item, open, path))
  const id = referencedBlockId(value)
  const data = id === null || path.includes(id) ? undefined : open.get(id)
  if (id !== null && data !== undefined) return inline(data, open, [...path, id])
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, inline(item, open, path)]))
}
