import type { JsonObject } from '@slipway/contract'
import { hydrate, type Hydration, variablesToHydrate } from '../domain/json-schema/hydrate.ts'
import type { Queryable } from '../store/database.ts'
import { listVariables, listVariableValues } from '../store/variables.ts'

/** Variables that are read when a parameter computes the name of the one it wants. */
const MOST_VARIABLES = 10_000

/** Parameters with every `__prefect_kind` in them replaced by what it stands for. */
export async function hydrateParameters(
  db: Queryable,
  workspace_id: string,
  parameters: JsonObject,
): Promise<Hydration> {
  const names = variablesToHydrate(parameters)
  const variables = await listWanted(db, workspace_id, names)
  return hydrate(parameters, new Map(variables.map(({ name, value }) => [name, value])))
}

async function listWanted(db: Queryable, workspace_id: string, names: ReadonlySet<string> | null) {
  if (names === null) {
    return await listVariables(db, workspace_id, { filter: null, sort: 'NAME_ASC', limit: MOST_VARIABLES, offset: 0 })
  }
  return names.size === 0 ? [] : await listVariableValues(db, workspace_id, [...names])
}
