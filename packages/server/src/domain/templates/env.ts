import { isArray, isObject, type Json, type JsonObject } from '../json-schema/plain.ts'
import { pythonStr } from '../json-schema/python-repr.ts'
import type { Named } from './subject.ts'

/**
 * The environment of a container: what the server says (PREFECT_API_URL, credentials), then which run it is, then the
 * user's variables, which win; one that the user sets to null is removed.
 */
export function containerEnvironment(input: {
  readonly server_env: Readonly<Record<string, string>>
  readonly flow_run: Named
  readonly flow: Named
  readonly deployment: Named | null
  readonly user_env: JsonObject
}): Readonly<Record<string, string>> {
  const { deployment, flow, flow_run, server_env, user_env } = input
  const entries: [string, string | null][] = [
    ...Object.entries(server_env),
    ['PREFECT__FLOW_RUN_ID', flow_run.id],
    ['PREFECT__FLOW_ID', flow.id],
    ['PREFECT__FLOW_NAME', flow.name],
    ['PREFECT__DEPLOYMENT_ID', deployment?.id ?? null],
    ['PREFECT__DEPLOYMENT_NAME', deployment?.name ?? null],
    ...Object.entries(user_env).map(([key, value]): [string, string | null] => [key, environmentText(value)]),
  ]
  return Object.fromEntries([...new Map(entries)].filter((entry): entry is [string, string] => entry[1] !== null))
}

/** Numbers and booleans read as Python prints them, because the program inside is most often Python. */
function environmentText(value: Json): string | null {
  if (value === null) return null
  return isArray(value) || isObject(value) ? JSON.stringify(value) : pythonStr(value)
}
