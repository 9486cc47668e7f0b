import { asJsonObject, isObject, type JsonObject } from '../json-schema/plain.ts'
import { objectAt, type JobInput } from './job.ts'
import { defaultsOf, expandDottedKeys } from './merge.ts'

export type Source = 'pool' | 'deployment' | 'run'

/**
 * Who set each value of a job: the pool's default, the deployment or the run. Variables of the environment are told
 * one by one (`env.FOO`), because those of all three are put together.
 */
export function provenance(input: JobInput): Readonly<Record<string, Source>> {
  const template = asJsonObject(input.base_job_template)
  const layers: readonly (readonly [Source, JsonObject])[] = [
    ['pool', { env: objectAt(objectAt(template, 'job_configuration'), 'env') }],
    ['pool', defaultsOf(objectAt(objectAt(template, 'variables'), 'properties'))],
    ['deployment', expandDottedKeys(asJsonObject(input.deployment_job_variables))],
    ['run', expandDottedKeys(asJsonObject(input.flow_run_job_variables))],
  ]
  return Object.fromEntries(layers.flatMap(([source, values]) => keysOf(values).map((key) => [key, source])))
}

function keysOf(values: JsonObject): readonly string[] {
  return Object.entries(values).flatMap(([key, value]) =>
    key === 'env' && isObject(value) ? Object.keys(value).map((name) => `env.${name}`) : [key],
  )
}
