import type { Timestamp } from '@slipway/contract'
import { isArray, isObject, type Json, type JsonObject } from '../json-schema/plain.ts'
import { pythonStr } from '../json-schema/python-repr.ts'
import type { Named, UpdatedDeployment } from './subject.ts'

/** The labels that a worker of Prefect puts on what it creates, unsanitised; the user's labels win. */
export function containerLabels(input: {
  readonly version: string
  readonly flow_run: Named
  readonly flow: Named
  readonly deployment: UpdatedDeployment | null
  readonly work_pool: Named
  readonly user_labels: JsonObject
}): Readonly<Record<string, string>> {
  const { deployment, flow, flow_run, user_labels, version, work_pool } = input
  return {
    'prefect.io/flow-run-id': flow_run.id,
    'prefect.io/flow-run-name': flow_run.name,
    'prefect.io/version': version,
    'prefect.io/work-pool-name': work_pool.name,
    'prefect.io/work-pool-id': work_pool.id,
    'prefect.io/flow-id': flow.id,
    'prefect.io/flow-name': flow.name,
    ...(deployment !== null && {
      'prefect.io/deployment-id': deployment.id,
      'prefect.io/deployment-name': deployment.name,
      ...(deployment.updated !== null && { 'prefect.io/deployment-updated': isoFormat(deployment.updated) }),
    }),
    ...Object.fromEntries(Object.entries(user_labels).flatMap(([key, value]) => labelEntry(key, value))),
  }
}

function labelEntry(key: string, value: Json): readonly (readonly [string, string])[] {
  if (value === null || isArray(value) || isObject(value)) return []
  return [[key, pythonStr(value)]]
}

/** As Python's `isoformat` prints a moment in UTC: no fraction when there is none. */
function isoFormat(moment: Timestamp): string {
  return moment.replace(/(?:\.000000)?Z$/, '+00:00')
}
