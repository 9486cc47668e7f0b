import type { Json, JsonObject } from '@slipway/contract'
import { isJsonObject, jsonObject } from '../json-object.ts'

const UUID = /^[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}$/i

/** The document that `{"$ref": {"block_document_id": …}}` points to; null for every other value. */
export function blockReferenceOf(value: Json): string | null {
  if (!isJsonObject(value)) return null
  const target = value['$ref']
  const id = isJsonObject(target) ? target['block_document_id'] : undefined
  return typeof id === 'string' && UUID.test(id) ? id.toLowerCase() : null
}

/** Ids of all documents that `value` refers to at any depth, each once; for templates and job variables. */
export function findBlockReferences(value: Json): readonly string[] {
  return [...new Set(collect(value))]
}

function collect(value: Json): readonly string[] {
  const id = blockReferenceOf(value)
  if (id !== null) return [id]
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap((item: Json) => collect(item))
}

/** Every reference replaced by what `resolve` gives for it; other keys beside `$ref` are dropped. */
export function replaceBlockReferences(value: Json, resolve: (block_document_id: string) => Json): Json {
  const id = blockReferenceOf(value)
  if (id !== null) return resolve(id)
  if (Array.isArray(value)) return value.map((item: Json) => replaceBlockReferences(item, resolve))
  if (!isJsonObject(value)) return value
  return jsonObject(Object.entries(value).map(([key, item]) => [key, replaceBlockReferences(item, resolve)]))
}

export interface BlockReference {
  /** The field that holds the other block. */
  readonly name: string
  readonly block_document_id: string
}

export interface SeparatedData {
  readonly data: JsonObject
  readonly references: readonly BlockReference[]
}

/** Splits a document's data into its own and its references; those are whole fields of it, never deeper. */
export function separateReferences(data: JsonObject): SeparatedData {
  const own: (readonly [string, Json])[] = []
  const references: BlockReference[] = []
  for (const [name, value] of Object.entries(data)) {
    const block_document_id = blockReferenceOf(value)
    if (block_document_id === null) own.push([name, value])
    else references.push({ name, block_document_id })
  }
  return { data: jsonObject(own), references }
}

/** Whether the new references of `parent_id` close a circle; `edges` tells what each other document refers to. */
export function wouldFormCycle(
  parent_id: string,
  child_ids: readonly string[],
  edges: (block_document_id: string) => readonly string[],
): boolean {
  const seen = new Set<string>()
  const pending = [...child_ids]
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    if (id === parent_id) return true
    if (seen.has(id)) continue
    seen.add(id)
    pending.push(...edges(id))
  }
  return false
}
