import { asJsonObject, field, isObject, type Json, type JsonObject, type OpaqueObject } from '../json-schema/plain.ts'

/**
 * The values for a job template: a run's variables replace the deployment's, and these the pool's defaults, key by
 * key; only in `env` the deployment's and the run's entries are put together.
 */
export function mergeJobVariables(
  defaults: OpaqueObject,
  deploymentVariables: OpaqueObject,
  runVariables: OpaqueObject,
): JsonObject {
  return { ...asJsonObject(defaults), ...overridesOf(deploymentVariables, runVariables) }
}

/** What deployment and run set, with dotted keys (`"env.FOO": 1`) expanded. */
export function overridesOf(deploymentVariables: OpaqueObject, runVariables: OpaqueObject): JsonObject {
  const deployment = asJsonObject(deploymentVariables)
  const run = asJsonObject(runVariables)
  const deploymentEnv = field(deployment, 'env')
  const runEnv = field(run, 'env')
  const env = isObject(deploymentEnv) && isObject(runEnv) ? { env: { ...deploymentEnv, ...runEnv } } : {}
  return expandDottedKeys({ ...deployment, ...run, ...env })
}

/** Defaults of the pool's variables; a default of null is none. */
export function defaultsOf(properties: JsonObject): JsonObject {
  const entries = Object.entries(properties).flatMap(([name, property]): [string, Json][] => {
    const value = isObject(property) ? field(property, 'default') : undefined
    return value === undefined || value === null ? [] : [[name, value]]
  })
  return Object.fromEntries(entries)
}

/** Dotted keys become nested objects; what is written without dots goes over them. */
function expandDottedKeys(variables: JsonObject): JsonObject {
  const entries = Object.entries(variables)
  const tree: Tree = new Map()
  for (const [key, value] of entries) if (key.includes('.')) setAt(tree, pathOf(key), value)
  if (tree.size === 0) return variables
  const nested = treeToJson(tree)
  const plain = entries.filter(([key]) => !key.includes('.'))
  return deepMerge(nested, Object.fromEntries(plain))
}

/** While it grows; a Map, so that many keys stay cheap and `__proto__` an ordinary one. */
type Tree = Map<string, Tree | { readonly leaf: Json }>

function pathOf(key: string): readonly string[] {
  return key.replaceAll('[', '.').replaceAll(']', '').split('.')
}

function setAt(tree: Tree, path: readonly string[], value: Json): void {
  const last = path.at(-1) ?? ''
  const parent = path.slice(0, -1).reduce<Tree>((current, key) => {
    const inner = current.get(key)
    if (inner instanceof Map) return inner
    const fresh: Tree = new Map(
      Object.entries(inner !== undefined && isObject(inner.leaf) ? inner.leaf : {}).map(([k, leaf]) => [k, { leaf }]),
    )
    current.set(key, fresh)
    return fresh
  }, tree)
  parent.set(last, { leaf: value })
}

function treeToJson(tree: Tree): JsonObject {
  return Object.fromEntries([...tree].map(([key, node]) => [key, node instanceof Map ? treeToJson(node) : node.leaf]))
}

function deepMerge(under: JsonObject, over: JsonObject): JsonObject {
  const merged = Object.entries(over).map(([key, value]): [string, Json] => {
    const inner = field(under, key)
    return [key, isObject(inner) && isObject(value) ? deepMerge(inner, value) : value]
  })
  return { ...under, ...Object.fromEntries(merged) }
}
