import type { JsonObject } from '@slipway/contract'
import { jsonObject } from '../json-object.ts'
import { separateReferences, type BlockReference, type SeparatedData } from './references.ts'
import { obfuscate, restoreObfuscated } from './secrets.ts'

/** A document as the store has it, opened. */
export interface OpenDocument {
  readonly id: string
  readonly name: string | null
  readonly block_type: JsonObject
  readonly is_anonymous: boolean
  /** Without references. */
  readonly data: JsonObject
  readonly references: readonly BlockReference[]
  /** `fields` of its schema. */
  readonly schema_fields: JsonObject
}

export interface AssembledDocument {
  readonly data: JsonObject
  readonly block_document_references: JsonObject
}

/** Deeper nesting than this is a mistake, and no answer is worth the work. */
const MAX_DEPTH = 50

/**
 * What a client reads: the data of referenced documents in place of the references, and a record of where it came
 * from. Each document hides the secrets of its own schema. A reference whose document is gone leaves no field.
 */
export function assembleDocument(
  document: OpenDocument,
  find: (block_document_id: string) => OpenDocument | undefined,
  options: { readonly include_secrets: boolean },
): AssembledDocument {
  return assemble(document, find, { ...options, depth: 0 })
}

function assemble(
  document: OpenDocument,
  find: (block_document_id: string) => OpenDocument | undefined,
  options: { readonly include_secrets: boolean; readonly depth: number },
): AssembledDocument {
  const { include_secrets, depth } = options
  if (depth > MAX_DEPTH) throw new Error(`Block document ${document.id} is nested deeper than ${MAX_DEPTH} levels`)
  const data = include_secrets ? document.data : obfuscate(document.data, document.schema_fields)
  const children = document.references.flatMap(({ name, block_document_id }) => {
    const child = find(block_document_id)
    if (child === undefined) return []
    return [{ name, child, assembled: assemble(child, find, { include_secrets, depth: depth + 1 }) }]
  })
  return {
    data: { ...data, ...jsonObject(children.map(({ name, assembled }) => [name, assembled.data])) },
    block_document_references: jsonObject(
      children.map(({ name, child, assembled }) => [name, { block_document: referenceRecord(child, assembled) }]),
    ),
  }
}

function referenceRecord(child: OpenDocument, assembled: AssembledDocument): JsonObject {
  return {
    id: child.id,
    name: child.name,
    block_type: child.block_type,
    is_anonymous: child.is_anonymous,
    block_document_references: assembled.block_document_references,
  }
}

/**
 * What a document holds after an update. Stars in places of secrets keep the old ones. With `merge` the fields
 * that the update does not name stay, references included; without it they go.
 */
export function updateDocument(
  current: Pick<OpenDocument, 'data' | 'references' | 'schema_fields'>,
  update: JsonObject,
  options: { readonly merge: boolean },
): SeparatedData {
  const next = separateReferences(restoreObfuscated(update, current.data, current.schema_fields))
  if (!options.merge) return next
  const kept = Object.entries(current.data).filter(([name]) => !Object.hasOwn(update, name))
  return {
    data: { ...jsonObject(kept), ...next.data },
    references: [...current.references.filter(({ name }) => !Object.hasOwn(update, name)), ...next.references],
  }
}
