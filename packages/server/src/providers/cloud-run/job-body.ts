import { type Json, type JsonObject, toPlain } from '@slipway/contract'
import type { RenderInput, RenderOutcome } from '../provider.ts'
import { validateGcpCredentialsBlock } from '../../domain/credentials/gcp.ts'
import { splitCommand } from '../../domain/templates/command.ts'
import { executionToken, jobName } from '../../domain/identity.ts'
import { listOf, objectOf } from './json.ts'
import { cloudRunLabels } from './labels.ts'
import { fromKnativeJob, isKnativeJob } from './knative.ts'
import { unknownField } from './known-fields.ts'

const REGION = /^[a-z]+(?:-[a-z]+)+[0-9]+$/

/** Builds the one request that creates and starts the job. Pure: the same input gives the same bytes. */
export function renderCloudRun(given: RenderInput): RenderOutcome {
  // Numbers that were kept as they were written (600.0) are plain ones from here on: a job has no others.
  const input: RenderInput = { ...given, configuration: plainObject(given.configuration) }
  const credentials = validateGcpCredentialsBlock(input.credentials)
  if ('error' in credentials)
    return refused('auth', 'credentials', `The GCP Credentials block cannot be used: ${credentials.error}`)
  const region = input.configuration['region']
  if (typeof region !== 'string' || !REGION.test(region)) {
    return refused(
      'misconfigured',
      'region',
      `${JSON.stringify(region ?? null)} is not a Google Cloud region. Set the variable region, for example us-central1.`,
    )
  }
  const template = objectOf(input.configuration['job_body'])
  if (template === null) return refused('misconfigured', 'job-body', "The work pool's template has no job_body object.")
  const body = isKnativeJob(template) ? fromKnativeJob(template) : template
  const unknown = unknownField(body)
  if (unknown !== null) {
    return refused(
      'misconfigured',
      'unknown-field',
      `job_body.${unknown} is not a field of a Cloud Run job that may be set here. Edit the work pool's template.`,
    )
  }
  const container = objectOf(listOf(at(body, 'template', 'template', 'containers'))[0])
  if (container === null || typeof container['image'] !== 'string' || container['image'] === '') {
    return refused(
      'misconfigured',
      'image',
      'No container image is given. Set the variable image on the deployment or the work pool.',
    )
  }
  const labels = cloudRunLabels({ ...input.labels, ...ownLabels(input) }, objectOf(body['labels']) ?? {})
  const location = { project: credentials.ok.project_id, region }
  const resource_name = jobName(input.identity)
  return {
    kind: 'rendered',
    request: {
      resource_name,
      location,
      infrastructure_pid: resource_name,
      identity: input.identity,
      keep: input.configuration['keep_job'] === true,
      body: jobOf(body, container, labels, input),
    },
  }
}

function jobOf(body: JsonObject, container: JsonObject, labels: JsonObject, input: RenderInput): JsonObject {
  const execution = objectOf(body['template']) ?? {}
  const task = objectOf(execution['template']) ?? {}
  const mounts = sqlMounts(input.configuration['cloudsql_instances'])
  const { vpcAccess, timeout, volumes, ...restOfTask } = task
  const vpc = objectOf(vpcAccess)
  return prune({
    ...body,
    client: 'slipway',
    labels,
    startExecutionToken: executionToken(input.identity),
    template: {
      ...execution,
      labels,
      taskCount: 1,
      parallelism: 1,
      template: {
        ...restOfTask,
        maxRetries: typeof task['maxRetries'] === 'number' ? task['maxRetries'] : 0,
        timeout: seconds(timeout ?? input.configuration['timeout'] ?? 600),
        ...(vpc === null || Object.values(vpc).every((value) => value === null) ? {} : { vpcAccess: vpc }),
        ...(mounts.volumes.length === 0 && volumes === undefined
          ? {}
          : { volumes: [...listOf(volumes), ...mounts.volumes] }),
        containers: [
          {
            ...container,
            command: commandOf(container['command'], input.command),
            args: listOf(container['args']),
            env: environment(container['env'], input),
            ...(mounts.volumes.length === 0
              ? {}
              : { volumeMounts: [...listOf(container['volumeMounts']), ...mounts.volumeMounts] }),
          },
          ...listOf(at(body, 'template', 'template', 'containers')).slice(1),
        ],
      },
    },
  })
}

/** By these the reconciler knows its own: the run, the attempt, and which installation made it. */
function ownLabels(input: RenderInput): Record<string, string> {
  const { identity } = input
  return {
    'slipway-run': identity.flow_run_id,
    'slipway-attempt': String(identity.attempt_no),
    'slipway-install': identity.install_id,
    'slipway-submission': identity.submission_id,
  }
}

/** A command in the template is a string, split like a shell does, or a list. */
function commandOf(given: Json | undefined, fallback: readonly string[]): readonly string[] {
  if (Array.isArray(given) && given.length > 0) return given.map(String)
  if (typeof given === 'string' && given.trim() !== '') return splitCommand(given) ?? fallback
  return fallback
}

/** What the template lists stays; Slipway's and the user's variables win over a template entry of the same name. */
function environment(given: Json | undefined, input: RenderInput): readonly JsonObject[] {
  const secrets = objectOf(input.configuration['env_from_secrets']) ?? {}
  const byName = new Map<string, JsonObject>()
  for (const entry of listOf(given)) {
    const variable = objectOf(entry)
    if (variable !== null && typeof variable['name'] === 'string') byName.set(variable['name'], variable)
  }
  for (const [name, value] of Object.entries(input.env)) byName.set(name, { name, value })
  for (const [name, reference] of Object.entries(secrets)) {
    const secret = objectOf(reference)
    if (secret === null) continue
    byName.set(name, {
      name,
      valueSource: { secretKeyRef: { secret: secret['secret'] ?? '', version: secret['version'] ?? 'latest' } },
    })
  }
  return [...byName.values()]
}

function sqlMounts(given: Json | undefined): { volumes: readonly JsonObject[]; volumeMounts: readonly JsonObject[] } {
  const instances = listOf(given).filter((item) => typeof item === 'string')
  if (instances.length === 0) return { volumes: [], volumeMounts: [] }
  return {
    volumes: [{ name: 'cloudsql', cloudSqlInstance: { instances } }],
    volumeMounts: [{ name: 'cloudsql', mountPath: '/cloudsql' }],
  }
}

function seconds(value: Json): Json {
  return typeof value === 'number' ? `${value}s` : value
}

/** Google takes null for "absent"; sending neither keeps the frozen bytes small and the strict emulator honest. */
function prune(value: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== null && item !== undefined)
      .map(([key, item]) => [key, pruneValue(item)]),
  )
}

function pruneValue(value: Json): Json {
  if (Array.isArray(value)) return value.map(pruneValue)
  const known = objectOf(value)
  return known === null ? value : prune(known)
}

function at(value: JsonObject, ...path: readonly string[]): Json | undefined {
  let here: Json | undefined = value
  for (const key of path) here = objectOf(here)?.[key]
  return here
}

function refused(kind: 'auth' | 'misconfigured', code: string, message: string): RenderOutcome {
  return { kind: 'refused', fault: { class: kind, code: `cloud-run.${code}`, message } }
}

function plainObject(value: JsonObject): JsonObject {
  return objectOf(toPlain(value)) ?? {}
}
