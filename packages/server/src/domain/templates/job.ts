import {
  asJson,
  asJsonObject,
  field,
  isArray,
  isObject,
  measure,
  type Json,
  type JsonObject,
  type OpaqueObject,
} from '../json-schema/plain.ts'
import { splitCommand } from './command.ts'
import { containerEnvironment } from './env.ts'
import { containerLabels } from './labels.ts'
import { defaultsOf, overridesOf } from './merge.ts'
import { applyToObject, applyValues } from './placeholders.ts'
import {
  collectReferences,
  fail,
  referencedBlockId,
  resolveReferences,
  type Failure,
  type Loaded,
  type References,
} from './references.ts'
import type { Named, UpdatedDeployment } from './subject.ts'

export interface JobInput {
  readonly base_job_template: OpaqueObject
  readonly deployment_job_variables: OpaqueObject
  readonly flow_run_job_variables: OpaqueObject
}

export interface RenderInput extends JobInput {
  /** Block data by id and by `<type slug>/<name>`: nested references resolved, secrets in clear. */
  readonly blocks: {
    readonly by_id: ReadonlyMap<string, unknown>
    readonly by_name: ReadonlyMap<string, unknown>
  }
  readonly variables: ReadonlyMap<string, unknown>
  /** PREFECT_API_URL, the run's credential, and what else the server gives every container. */
  readonly server_env: Readonly<Record<string, string>>
  /** Of the label `prefect.io/version`. */
  readonly version: string
  /** Whole objects as the API shows them: a job's name may use any field of flow and flow run. */
  readonly flow: Named
  readonly flow_run: Named
  readonly deployment: UpdatedDeployment | null
  readonly work_pool: Named
}

export type JobRendering =
  | {
      readonly kind: 'rendered'
      /** Everything of the job configuration but credentials, env, labels, name and command. */
      readonly configuration: JsonObject
      /** The data of the credentials block, secrets in clear; null when the template has none. */
      readonly credentials: JsonObject | null
      readonly env: Readonly<Record<string, string>>
      readonly labels: Readonly<Record<string, string>>
      readonly name: string
      readonly command: readonly string[]
    }
  | Failure

/** Where the push pools' templates keep their credentials. */
const CREDENTIALS = ['credentials', 'aws_credentials', 'aci_credentials', 'modal_credentials']
const DEFAULT_COMMAND = ['prefect', 'flow-run', 'execute']
const BAD_ENV = fail('job.env', 'The variable env must be an object of environment variables.')
const LARGEST = { nodes: 100_000, depth: 100 }

/** The blocks and variables a job needs, to be loaded before `renderJobConfiguration`; only those that are used. */
export function jobReferences(input: JobInput): References {
  return collectReferences(populate(input) ?? {})
}

/** The block that holds the credentials, when they are one block's and not spelled out; for use long after rendering. */
export function credentialsBlockId(input: JobInput): string | null {
  const populated = populate(input)
  if (populated === null) return null
  const value = CREDENTIALS.map((key) => field(populated, key)).find((each) => each !== undefined)
  return value === undefined ? null : referencedBlockId(value)
}

export function renderJobConfiguration(input: RenderInput): JobRendering {
  const populated = populate(input)
  if (populated === null)
    return fail('job.too-large', 'The job template or its variables are too large or nested too deeply.')
  const ownEnv = field(overridesOf(input.deployment_job_variables, input.flow_run_job_variables), 'env') ?? null
  if (ownEnv !== null && !isObject(ownEnv)) return BAD_ENV
  const resolution = resolveReferences(populated, loadedOf(input))
  if (resolution.kind === 'failed') return resolution
  const configuration = isObject(resolution.value) ? resolution.value : {}
  return prepare(configuration, input)
}

/** The job configuration with every value in its place; references to blocks and variables still stand. */
function populate(input: JobInput): JsonObject | null {
  const template = asJsonObject(input.base_job_template)
  const parts = [template, asJsonObject(input.deployment_job_variables), asJsonObject(input.flow_run_job_variables)]
  if (parts.some((part) => measure(part, LARGEST) === null)) return null
  const configuration = objectAt(template, 'job_configuration')
  const defaults = defaultsOf(objectAt(objectAt(template, 'variables'), 'properties'))
  const values = { ...defaults, ...overridesOf(input.deployment_job_variables, input.flow_run_job_variables) }
  const populated = applyToObject({ ...configuration, ...mergedEnv(configuration, defaults, values) }, values)
  return measure(populated, LARGEST) === null ? null : populated
}

/** Variables of the template, of the pool's default and of deployment and run add up, while all else replaces. */
function mergedEnv(configuration: JsonObject, defaults: JsonObject, values: JsonObject): JsonObject {
  const own = field(configuration, 'env')
  const fromPool = field(defaults, 'env')
  const fromRun = field(values, 'env')
  const hasPoolEnv = isObject(fromPool) && Object.keys(fromPool).length > 0
  if (!isObject(own) && !hasPoolEnv) return {}
  return {
    env: { ...(isObject(own) && own), ...(isObject(fromPool) && fromPool), ...(isObject(fromRun) && fromRun) },
  }
}

function prepare(configuration: JsonObject, input: RenderInput): JobRendering {
  const { command, env, labels, name, ...rest } = configuration
  if (env !== undefined && env !== null && !isObject(env)) {
    return BAD_ENV
  }
  const words = commandWords(command)
  if (words === null) return fail('job.command', 'The command cannot be split into words: a quote is not closed.')
  const { deployment, flow, flow_run, server_env, version, work_pool } = input
  return {
    kind: 'rendered',
    configuration: Object.fromEntries(Object.entries(rest).filter(([key]) => !CREDENTIALS.includes(key))),
    credentials: CREDENTIALS.map((key) => field(rest, key)).find((value) => isObject(value)) ?? null,
    env: containerEnvironment({ server_env, flow_run, flow, deployment, user_env: isObject(env) ? env : {} }),
    labels: containerLabels({
      version,
      flow_run,
      flow,
      deployment,
      work_pool,
      user_labels: isObject(labels) ? labels : {},
    }),
    name: jobName(name, input),
    command: words.length === 0 ? DEFAULT_COMMAND : words,
  }
}

/** Only a name may use `{{ ctx.flow.* }}` and `{{ ctx.flow_run.* }}`. */
function jobName(template: Json | undefined, { flow, flow_run }: RenderInput): string {
  if (typeof template !== 'string') return flow_run.name
  const rendered = applyValues(template, { ctx: asJson({ flow, flow_run }) })
  return typeof rendered === 'string' && rendered !== '' ? rendered : flow_run.name
}

function commandWords(command: Json | undefined): readonly string[] | null {
  if (typeof command === 'string') return splitCommand(command)
  return command !== undefined && isArray(command) ? command.filter((word) => typeof word === 'string') : []
}

function loadedOf({ blocks, variables }: RenderInput): Loaded {
  const asJsonMap = (map: ReadonlyMap<string, unknown>): ReadonlyMap<string, Json> =>
    new Map([...map].map(([key, value]) => [key, asJson(value)]))
  return {
    blocks_by_id: asJsonMap(blocks.by_id),
    blocks_by_name: asJsonMap(blocks.by_name),
    variables: asJsonMap(variables),
  }
}

function objectAt(object: JsonObject, key: string): JsonObject {
  const value = field(object, key)
  return isObject(value) ? value : {}
}
