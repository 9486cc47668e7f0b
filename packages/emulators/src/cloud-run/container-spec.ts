/** From an execution's template to the container that the engine starts. */
import { type JsonObject, objectOf, objectsOf, textOf, textsOf } from '../json.ts'
import type { ContainerSpec } from '../engine.ts'
import { type EmulatorState, type ExecutionRecord, type TaskRecord, projectOf, shortName } from './resources.ts'
import { type Runtime, lookUp } from './runtime.ts'

export function buildContainer(
  runtime: Runtime,
  execution: ExecutionRecord,
  task: TaskRecord,
  onLine: ContainerSpec['onLine'],
): ContainerSpec {
  const container = objectsOf(execution.template, 'containers')[0] ?? {}
  const workingDir = textOf(container, 'workingDir') ?? ''
  return {
    id: `${shortName(execution.name)}-task${task.index}-${task.retried}-${execution.uid.slice(0, 8)}`,
    image: textOf(container, 'image') ?? '',
    command: textsOf(container, 'command'),
    args: textsOf(container, 'args'),
    env: {
      ...contractEnv(runtime, execution, task),
      ...declaredEnv(runtime.state, container, projectOf(execution.name)),
    },
    working_dir: workingDir === '' ? null : workingDir,
    onLine,
  }
}

function contractEnv(runtime: Runtime, execution: ExecutionRecord, task: TaskRecord): Readonly<Record<string, string>> {
  if (!runtime.state.settings.container_contract_env) return {}
  return {
    CLOUD_RUN_JOB: shortName(execution.job),
    CLOUD_RUN_EXECUTION: shortName(execution.name),
    CLOUD_RUN_TASK_INDEX: String(task.index),
    CLOUD_RUN_TASK_ATTEMPT: String(task.retried),
    CLOUD_RUN_TASK_COUNT: String(execution.task_count),
  }
}

function declaredEnv(
  state: EmulatorState,
  container: JsonObject,
  project_id: string,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    objectsOf(container, 'env').map((variable) => {
      const reference = secretReference(variable)
      const value = reference === null ? textOf(variable, 'value') : findSecret(state, project_id, reference)
      return [textOf(variable, 'name') ?? '', value ?? '']
    }),
  )
}

/** The names of the secrets that a job wants and that are not there. */
export function missingSecrets(state: EmulatorState, template: JsonObject, project_id: string): readonly string[] {
  return objectsOf(template, 'containers')
    .flatMap((container) => objectsOf(container, 'env'))
    .flatMap((variable) => {
      const reference = secretReference(variable)
      return reference !== null && findSecret(state, project_id, reference) === undefined
        ? [textOf(reference, 'secret') ?? '']
        : []
    })
}

function secretReference(variable: JsonObject): JsonObject | null {
  return objectOf(objectOf(variable, 'valueSource') ?? {}, 'secretKeyRef') ?? null
}

function findSecret(state: EmulatorState, project_id: string, reference: JsonObject): string | undefined {
  const secret = textOf(reference, 'secret') ?? ''
  // Another project's secret is named in full: projects/P/secrets/S.
  const [, owner = project_id, , name = secret] = secret.includes('/') ? secret.split('/') : []
  const versions = lookUp(state.secrets, `${owner}/${name}`)
  return versions === undefined ? undefined : lookUp(versions, textOf(reference, 'version') ?? 'latest')
}
