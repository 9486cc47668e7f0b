// The part of prefect.yaml that a deployment to a push pool needs.
import type { JsonObject } from '@slipway/contract'
import { parse } from 'yaml'

export interface DeploymentEntry {
  readonly name: string
  /** `flow.ts:helloPush` */
  readonly entrypoint: string
  readonly description: string | null
  readonly tags: readonly string[]
  readonly parameters: JsonObject
  readonly work_pool_name: string
  readonly job_variables: JsonObject
}

/** The deployments of a prefect.yaml. What is missing is told with its place. */
export function readPrefectYaml(text: string): readonly DeploymentEntry[] {
  const file = asObject(parse(text), 'prefect.yaml')
  const entries = file['deployments']
  if (!Array.isArray(entries) || entries.length === 0) throw new Error('prefect.yaml: "deployments" lists nothing')
  return entries.map((entry: unknown, index) => readEntry(asObject(entry, `deployments[${index}]`), index))
}

function readEntry(entry: JsonObject, index: number): DeploymentEntry {
  const place = `deployments[${index}]`
  const work_pool = asObject(entry['work_pool'], `${place}.work_pool`)
  return {
    name: asText(entry['name'], `${place}.name`),
    entrypoint: asText(entry['entrypoint'], `${place}.entrypoint`),
    description: entry['description'] === undefined ? null : asText(entry['description'], `${place}.description`),
    tags: asTexts(entry['tags'] ?? [], `${place}.tags`),
    parameters: asObject(entry['parameters'] ?? {}, `${place}.parameters`),
    work_pool_name: asText(work_pool['name'], `${place}.work_pool.name`),
    job_variables: asObject(work_pool['job_variables'] ?? {}, `${place}.work_pool.job_variables`),
  }
}

function asObject(value: unknown, place: string): JsonObject {
  // YAML holds what JSON holds, as long as no tags are used.
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject
  throw new Error(`prefect.yaml: ${place} is not a mapping`)
}

function asText(value: unknown, place: string): string {
  if (typeof value === 'string' && value !== '') return value
  throw new Error(`prefect.yaml: ${place} is not text`)
}

function asTexts(value: unknown, place: string): readonly string[] {
  if (!Array.isArray(value)) throw new Error(`prefect.yaml: ${place} is not a list`)
  return value.map((item: unknown, index) => asText(item, `${place}[${index}]`))
}
