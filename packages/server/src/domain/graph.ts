import type { Json, JsonObject } from '@slipway/contract'

/** A node of a flow run's graph before it knows its neighbours. */
export interface GraphNode {
  readonly id: string
  readonly task_inputs: JsonObject
}

export interface GraphEdges {
  readonly parents: readonly string[]
  readonly children: readonly string[]
  readonly encapsulating: readonly string[]
}

/** Input under which the tasks stand inside which a task ran. */
const ENCLOSING = '__parents__'
const NO_EDGES: GraphEdges = { parents: [], children: [], encapsulating: [] }

/** Who gave what to whom. Edges lead to nodes of the graph only, and keep the order of the nodes, which is time. */
export function connect(nodes: readonly GraphNode[]): (id: string) => GraphEdges {
  const place = new Map(nodes.map(({ id }, index) => [id, index]))
  const children = new Map<string, string[]>()
  const edges = new Map<string, GraphEdges>()
  const inOrder = (ids: ReadonlySet<string>) =>
    [...ids].filter((id) => place.has(id)).sort((a, b) => (place.get(a) ?? 0) - (place.get(b) ?? 0))
  for (const { id, task_inputs } of nodes) {
    const parents = inOrder(sourcesOf(task_inputs, (key) => key !== ENCLOSING))
    const encapsulating = inOrder(sourcesOf(task_inputs, (key) => key === ENCLOSING))
    const own: string[] = []
    children.set(id, own)
    edges.set(id, { parents, children: own, encapsulating })
  }
  for (const { id } of nodes) for (const parent of edges.get(id)?.parents ?? []) children.get(parent)?.push(id)
  return (id) => edges.get(id) ?? NO_EDGES
}

/** Ids of the runs whose results came in. */
export function sourcesOf(task_inputs: JsonObject, wanted: (key: string) => boolean): ReadonlySet<string> {
  const ids = Object.entries(task_inputs).flatMap(([key, sources]) => (wanted(key) ? idsOf(sources) : []))
  return new Set(ids)
}

function idsOf(sources: Json): readonly string[] {
  if (!Array.isArray(sources)) return []
  return sources.flatMap((source: Json) => {
    const id = source !== null && typeof source === 'object' && 'id' in source ? source.id : null
    return typeof id === 'string' ? [id] : []
  })
}
