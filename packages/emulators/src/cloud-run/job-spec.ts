/** The caller's part of a job: checked, completed with Cloud Run's defaults, and looked at for what cannot run. */
import { type JsonObject, compact, numberOf, objectOf, objectsOf, stringMapOf, textOf } from '../json.ts'
import { missingSecrets } from './container-spec.ts'
import { GoogleError, invalidArgument } from './errors.ts'
import { type EmulatorState, projectOf } from './resources.ts'
import { lookUp } from './runtime.ts'
import { jobViolations } from './semantics.ts'

/** Fields of a job that the caller may set; the rest is the server's. */
const SPEC_FIELDS = [
  'labels',
  'annotations',
  'client',
  'clientVersion',
  'launchStage',
  'binaryAuthorization',
  'template',
  'startExecutionToken',
  'runExecutionToken',
] as const
const LAUNCH_STAGES = ['ALPHA', 'BETA', 'GA'] as const
const IMAGE_PROBLEMS = {
  missing: ['CONTAINER_MISSING', 'not found'],
  denied: ['CONTAINER_PERMISSION_DENIED', 'cannot be read: permission denied for the service agent'],
  unauthorized: ['CONTAINER_IMAGE_UNAUTHORIZED', 'is not authorized by the policy'],
} as const

export function checkSpec(state: EmulatorState, given: JsonObject, job_id: string): JsonObject {
  const violations = jobViolations(given, job_id)
  if (violations.length > 0) throw invalidArgument(violations)
  const spec = withDefaults(given)
  if (objectsOf(taskTemplate(spec), 'containers').length > 1) {
    throw new GoogleError('UNIMPLEMENTED', 'This emulator runs one container per task; the job has several.')
  }
  const hasToken = tokenOf(spec) !== undefined
  const stage = LAUNCH_STAGES.findIndex((name) => name === spec['launchStage'])
  if (hasToken && stage > LAUNCH_STAGES.indexOf(state.settings.token_needs_launch_stage)) {
    throw new GoogleError('FAILED_PRECONDITION', 'Precondition check failed.')
  }
  return spec
}

/** What keeps a job from becoming Ready, as Cloud Run would find out while it reconciles. */
export function findProblem(
  state: EmulatorState,
  spec: JsonObject,
  name: string,
): { readonly reason: string; readonly message: string } | null {
  const image = textOf(objectsOf(taskTemplate(spec), 'containers')[0] ?? {}, 'image') ?? ''
  const status = lookUp(state.images, image) ?? 'known'
  if (status !== 'known') {
    const [reason, text] = IMAGE_PROBLEMS[status]
    return { reason, message: `Image '${image}' ${text}.` }
  }
  const [secret] = missingSecrets(state, taskTemplate(spec), projectOf(name))
  if (secret === undefined) return null
  return {
    reason: 'SECRETS_ACCESS_CHECK_FAILED',
    message: `Secret ${secret} was not found or access to it was denied.`,
  }
}

export const taskTemplate = (spec: JsonObject): JsonObject =>
  objectOf(objectOf(spec, 'template') ?? {}, 'template') ?? {}
export const tokenOf = (spec: JsonObject): string | undefined =>
  textOf(spec, 'startExecutionToken') ?? textOf(spec, 'runExecutionToken')

/** The caller's part of a job with the defaults that Cloud Run writes into it. */
function withDefaults(given: JsonObject): JsonObject {
  const spec = compact(Object.fromEntries(SPEC_FIELDS.map((field) => [field, given[field]])))
  const execution = objectOf(given, 'template') ?? {}
  const template = objectOf(execution, 'template') ?? {}
  const task_count = numberOf(execution, 'taskCount') ?? 0
  const containers = objectsOf(template, 'containers').map((container) => {
    const resources = objectOf(container, 'resources') ?? {}
    const limits = { cpu: '1000m', memory: '512Mi', ...stringMapOf(resources, 'limits') }
    return { ...container, resources: { ...resources, limits } }
  })
  return {
    launchStage: 'GA',
    ...spec,
    template: {
      ...execution,
      taskCount: task_count === 0 ? 1 : task_count,
      template: {
        maxRetries: 3,
        timeout: '600s',
        executionEnvironment: 'EXECUTION_ENVIRONMENT_GEN2',
        ...template,
        containers,
      },
    },
  }
}
