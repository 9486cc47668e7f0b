import type { Json, JsonObject } from '@slipway/contract'
import { hydrate, type Hydration, variablesToHydrate } from '../domain/json-schema/hydrate.ts'
import type { Queryable } from '../store/database.ts'
import { listVariables, listVariableValues } from '../store/variables.ts'

/** When a name is computed any variable may be meant; more than so many are not loaded for one request. */
const MOST_VARIABLES = 5_000

/** Replaces what stands for something else (JSON texts, templates, workspace variables) by what it stands for. */
export async function hydrateValues(db: Queryable, workspace_id: string, values: JsonObject): Promise<Hydration> {
  const found = await listWantedVariables(db, workspace_id, variablesToHydrate(values))
  return hydrate(values, new Map<string, Json>(found.map(({ name, value }) => [name, value])))
}

/** Null: any may be meant. */
export async function listWantedVariables(db: Queryable, workspace_id: string, names: ReadonlySet<string> | null) {
  if (names === null) {
    return await listVariables(db, workspace_id, { filter: null, sort: 'NAME_ASC', limit: MOST_VARIABLES, offset: 0 })
  }
  return names.size === 0 ? [] : await listVariableValues(db, workspace_id, [...names])
}
