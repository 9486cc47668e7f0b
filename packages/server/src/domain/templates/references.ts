import { field, isArray, isObject, type Json } from '../json-schema/plain.ts'
import { pythonRepr, pythonStr } from '../json-schema/python-repr.ts'
import { findPlaceholders, lookUp, onlyPlaceholder, replacePlaceholders, type Placeholder } from './placeholders.ts'

/** What must be loaded before references can be resolved. */
export interface References {
  readonly block_ids: readonly string[]
  readonly block_names: readonly BlockName[]
  readonly variables: readonly string[]
}

export interface BlockName {
  readonly block_type_slug: string
  readonly name: string
}

/** What was loaded: data of blocks with nested references resolved and secrets in clear, and values of variables. */
export interface Loaded {
  readonly blocks_by_id: ReadonlyMap<string, Json>
  /** By `blockKey`. */
  readonly blocks_by_name: ReadonlyMap<string, Json>
  readonly variables: ReadonlyMap<string, Json>
}

export function blockKey({ block_type_slug, name }: BlockName): string {
  return `${block_type_slug}/${name}`
}

export function collectReferences(value: Json): References {
  const placeholders = findPlaceholders(value)
  const block_names = placeholders.flatMap((each) =>
    each.kind === 'block' ? (parseBlock(each.name)?.block ?? []) : [],
  )
  return {
    block_ids: [...new Set(blockIds(value))],
    block_names: [...new Map(block_names.map((each) => [blockKey(each), each])).values()],
    variables: [...new Set(placeholders.flatMap((each) => (each.kind === 'variable' ? [variableName(each)] : [])))],
  }
}

export type Resolution = { readonly kind: 'resolved'; readonly value: Json } | Failure
export interface Failure {
  readonly kind: 'failed'
  /** Stable, for example `job.block-not-found`. */
  readonly code: string
  readonly message: string
}

/** Blocks first, then variables, also those that a block's data names; as a worker of Prefect does. */
export function resolveReferences(template: Json, loaded: Loaded): Resolution {
  const withBlocks = resolveBlocks(template, loaded)
  return withBlocks.kind === 'resolved'
    ? { kind: 'resolved', value: resolveVariables(withBlocks.value, loaded) }
    : withBlocks
}

/** `{"$ref": {"block_document_id": "…"}}`, whatever other keys there are. */
export function referencedBlockId(value: Json): string | null {
  const reference = isObject(value) ? field(value, '$ref') : undefined
  const id = isObject(reference) ? field(reference, 'block_document_id') : undefined
  return typeof id === 'string' && id !== '' ? id : null
}

function blockIds(value: Json): readonly string[] {
  const id = referencedBlockId(value)
  if (id !== null) return [id]
  if (isArray(value)) return value.flatMap(blockIds)
  return isObject(value) ? Object.values(value).flatMap(blockIds) : []
}

function resolveBlocks(template: Json, loaded: Loaded): Resolution {
  const id = referencedBlockId(template)
  if (id !== null) {
    const data = loaded.blocks_by_id.get(id)
    return data === undefined ? notFound(`with the id '${id}'`) : resolved(data)
  }
  if (typeof template === 'string') return resolveBlocksInText(template, loaded)
  if (isArray(template)) {
    const items = template.map((item) => resolveBlocks(item, loaded))
    return (
      items.find((item) => item.kind === 'failed') ??
      resolved(items.flatMap((item) => (item.kind === 'resolved' ? [item.value] : [])))
    )
  }
  if (!isObject(template)) return resolved(template)
  const entries = Object.entries(template).map(([key, item]) => [key, resolveBlocks(item, loaded)] as const)
  const failure = entries.find(([, item]) => item.kind === 'failed')?.[1]
  if (failure !== undefined) return failure
  return resolved(
    Object.fromEntries(entries.flatMap(([key, item]) => (item.kind === 'resolved' ? [[key, item.value]] : []))),
  )
}

function resolveBlocksInText(text: string, loaded: Loaded): Resolution {
  const only = onlyPlaceholder(text)
  if (only?.kind === 'block') return resolveBlock(only, loaded)
  let failure: Failure | null = null
  const result = replacePlaceholders(text, (placeholder) => {
    if (placeholder.kind !== 'block') return null
    const value = resolveBlock(placeholder, loaded)
    if (value.kind === 'resolved' && !isArray(value.value) && !isObject(value.value)) return pythonStr(value.value)
    failure ??= value.kind === 'failed' ? value : notScalar(placeholder)
    return ''
  })
  return failure ?? resolved(result)
}

function resolveBlock({ name, text }: Placeholder, loaded: Loaded): Resolution {
  const parsed = parseBlock(name)
  if (parsed === null) {
    return fail(
      'job.block-placeholder',
      `${pythonRepr(text)} does not name a block: write {{ prefect.blocks.<type slug>.<block name> }}.`,
    )
  }
  const data = loaded.blocks_by_name.get(blockKey(parsed.block))
  if (data === undefined) return notFound(`'${parsed.block.name}' of the type '${parsed.block.block_type_slug}'`)
  const value = lookUpInBlock(data, parsed.path)
  if (value !== undefined) return resolved(value)
  return fail('job.block-path', `${pythonRepr(text)}: the block has nothing at '${parsed.path ?? ''}'.`)
}

/** Data that is nothing but `{"value": …}` stands for the value, unless the path begins with `value` itself. */
function lookUpInBlock(data: Json, path: string | null): Json | undefined {
  const isBare = isObject(data) && Object.keys(data).length === 1 && Object.hasOwn(data, 'value')
  const inside = isBare && (path === null || !/^value(?:$|[.[])/.test(path)) ? field(data, 'value') : data
  return path === null || inside === undefined ? inside : lookUp(inside, path)
}

function parseBlock(name: string): { readonly block: BlockName; readonly path: string | null } | null {
  const [block_type_slug, blockName, ...path] = name.slice('prefect.blocks.'.length).split('.')
  if (!block_type_slug || !blockName) return null
  return { block: { block_type_slug, name: blockName }, path: path.length === 0 ? null : path.join('.') }
}

/** A missing variable leaves nothing behind. */
function resolveVariables(template: Json, loaded: Loaded): Json {
  if (typeof template === 'string') {
    const only = onlyPlaceholder(template)
    if (only?.kind === 'variable') return loaded.variables.get(variableName(only)) ?? ''
    return replacePlaceholders(template, (each) =>
      each.kind === 'variable' ? pythonStr(loaded.variables.get(variableName(each)) ?? '') : null,
    )
  }
  if (isArray(template)) return template.map((item) => resolveVariables(item, loaded))
  if (!isObject(template)) return template
  return Object.fromEntries(Object.entries(template).map(([key, item]) => [key, resolveVariables(item, loaded)]))
}

function variableName({ name }: Placeholder): string {
  return name.slice('prefect.variables.'.length)
}

function resolved(value: Json): Resolution {
  return { kind: 'resolved', value }
}

export function fail(code: string, message: string): Failure {
  return { kind: 'failed', code, message }
}

function notFound(what: string): Failure {
  return fail(
    'job.block-not-found',
    `Block not found: ${what}. The deployment or the work pool refers to it, but it does not exist; create it, or change the reference.`,
  )
}

function notScalar({ text }: Placeholder): Failure {
  return fail(
    'job.block-not-scalar',
    `${pythonRepr(text)} stands within a text but is an object or a list; name one value inside it.`,
  )
}
