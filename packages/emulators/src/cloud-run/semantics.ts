/** What Cloud Run demands of a job beyond the shape that the definition gives: names, limits, combinations. */
import { type JsonObject, numberOf, objectOf, objectsOf, stringMapOf, textOf, textsOf } from '../json.ts'
import type { FieldViolation } from '../spec-validator.ts'
import { type Report, checkArgumentsAndEnv, checkContainer, seconds } from './container-semantics.ts'

const JOB_ID = /^[a-z](?:[-a-z0-9]*[a-z0-9])?$/
const TOKEN = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/
const LABEL_KEY = /^[\p{Ll}\p{Lo}][\p{Ll}\p{Lo}\p{N}_-]{0,62}$/u
const LABEL_VALUE = /^[\p{Ll}\p{Lo}\p{N}_-]{0,63}$/u
const RESERVED_NAMESPACES = [
  'run.googleapis.com',
  'cloud.googleapis.com',
  'serving.knative.dev',
  'autoscaling.knative.dev',
]
const SERVICE_ACCOUNT = /^[a-z0-9-]{1,100}@[a-z0-9.-]+$/
const LONGEST_TIMEOUT_SECONDS = 604_800

/** Everything that is wrong with a job; empty when Cloud Run would take it. The job is canonical (spec-validator). */
export function jobViolations(job: JsonObject, job_id: string): readonly FieldViolation[] {
  const violations: FieldViolation[] = []
  const report: Report = (field, description) => violations.push({ field, description: `${field}: ${description}` })

  if (!JOB_ID.test(job_id) || job_id.length > 63) {
    report(
      'job_id',
      'only lowercase, digits, and hyphens; must begin with letter, and may not end with hyphen; must be less than 64 characters',
    )
  }
  checkToken(job, job_id, report)
  checkLabels(stringMapOf(job, 'labels'), 'job.labels', report)
  checkAnnotations(stringMapOf(job, 'annotations'), 'job.annotations', report)

  const execution = objectOf(job, 'template') ?? {}
  checkLabels(stringMapOf(execution, 'labels'), 'job.template.labels', report)
  checkAnnotations(stringMapOf(execution, 'annotations'), 'job.template.annotations', report)
  checkTaskCounts(execution, 'job.template', report)
  checkTaskTemplate(objectOf(execution, 'template') ?? {}, 'job.template.template', report)
  return violations
}

/** What is wrong with the overrides of a run. */
export function overrideViolations(
  overrides: JsonObject,
  containers: readonly JsonObject[],
): readonly FieldViolation[] {
  const violations: FieldViolation[] = []
  const report: Report = (field, description) => violations.push({ field, description: `${field}: ${description}` })
  checkTaskCounts(overrides, 'overrides', report)
  checkTimeout(overrides, 'overrides.timeout', report)
  for (const [index, override] of objectsOf(overrides, 'containerOverrides').entries()) {
    const at = `overrides.container_overrides[${index}]`
    const name = textOf(override, 'name') ?? ''
    const isKnown =
      name === '' ? containers.length === 1 : containers.some((container) => textOf(container, 'name') === name)
    if (!isKnown) report(`${at}.name`, `the job has no container named "${name}"`)
    if (override['clearArgs'] === true && textsOf(override, 'args').length > 0)
      report(`${at}.clear_args`, 'cannot be set together with args')
    checkArgumentsAndEnv(override, at, report)
  }
  return violations
}

function checkToken(job: JsonObject, job_id: string, report: Report): void {
  for (const [key, field] of [
    ['startExecutionToken', 'job.start_execution_token'],
    ['runExecutionToken', 'job.run_execution_token'],
  ] as const) {
    const token = textOf(job, key)
    if (token === undefined) continue
    if (!TOKEN.test(token))
      report(field, 'must be a valid name suffix: lowercase letters, digits and hyphens, not ending with a hyphen')
    if (job_id.length + token.length >= 63)
      report(field, 'the sum of job name and token length must be fewer than 63 characters')
  }
}

function checkLabels(labels: Readonly<Record<string, string>>, at: string, report: Report): void {
  if (Object.keys(labels).length > 64) report(at, 'at most 64 labels are allowed')
  for (const [key, value] of Object.entries(labels)) {
    if (isReserved(key)) report(at, `label key "${key}" is in a reserved namespace`)
    else if (!LABEL_KEY.test(key))
      report(
        at,
        `label key "${key}" must start with a lowercase letter and contain only lowercase letters, digits, underscores and dashes, at most 63 of them`,
      )
    if (!LABEL_VALUE.test(value))
      report(
        at,
        `label value "${value}" of "${key}" may contain only lowercase letters, digits, underscores and dashes, at most 63 of them`,
      )
  }
}

function checkAnnotations(annotations: Readonly<Record<string, string>>, at: string, report: Report): void {
  let size = 0
  for (const [key, value] of Object.entries(annotations)) {
    size += key.length + value.length
    if (isReserved(key)) report(at, `annotation key "${key}" is in a reserved namespace`)
  }
  if (size > 256 * 1024) report(at, 'annotations may be at most 256 KiB in all')
}

const isReserved = (key: string): boolean =>
  RESERVED_NAMESPACES.some(
    (namespace) =>
      key === namespace || key.startsWith(`${namespace}/`) || key.split('/')[0]?.endsWith(`.${namespace}`) === true,
  )

function checkTaskCounts(execution: JsonObject, at: string, report: Report): void {
  const count = numberOf(execution, 'taskCount') ?? 0
  if (count < 0 || count > 10_000) report(`${at}.task_count`, 'must be between 1 and 10000')
  const parallelism = numberOf(execution, 'parallelism') ?? 0
  if (parallelism < 0) report(`${at}.parallelism`, 'must not be negative')
  if (parallelism > Math.max(count, 1)) report(`${at}.parallelism`, 'must be less than or equal to task_count')
}

function checkTaskTemplate(template: JsonObject, at: string, report: Report): void {
  const containers = objectsOf(template, 'containers')
  if (containers.length === 0) report(`${at}.containers`, 'at least one container is required')
  const names = new Set<string>()
  const volumes = new Set<string>()
  for (const [index, volume] of objectsOf(template, 'volumes').entries()) {
    const name = textOf(volume, 'name') ?? ''
    if (volumes.has(name)) report(`${at}.volumes[${index}].name`, `"${name}" is used twice`)
    if (Object.keys(volume).length < 2) report(`${at}.volumes[${index}]`, 'exactly one volume type is required')
    volumes.add(name)
  }
  for (const [index, container] of containers.entries()) {
    const name = textOf(container, 'name') ?? ''
    if (name !== '' && names.has(name)) report(`${at}.containers[${index}].name`, `"${name}" is used twice`)
    if (name === '' && containers.length > 1)
      report(`${at}.containers[${index}].name`, 'is required when there are several containers')
    names.add(name)
    checkContainer(container, `${at}.containers[${index}]`, volumes, report)
  }
  const retries = numberOf(template, 'maxRetries') ?? 0
  if (retries < 0 || retries > 10) report(`${at}.max_retries`, 'must be between 0 and 10')
  checkTimeout(template, `${at}.timeout`, report)
  if (template['executionEnvironment'] === 'EXECUTION_ENVIRONMENT_GEN1')
    report(`${at}.execution_environment`, 'jobs run in the second generation environment only')
  const account = textOf(template, 'serviceAccount') ?? ''
  if (account !== '' && !SERVICE_ACCOUNT.test(account))
    report(`${at}.service_account`, `"${account}" is not the email of a service account`)
  checkVpc(objectOf(template, 'vpcAccess'), `${at}.vpc_access`, report)
}

function checkTimeout(object: JsonObject, field: string, report: Report): void {
  const timeout = textOf(object, 'timeout')
  if (timeout === undefined) return
  const length = seconds(timeout)
  if (length < 1 || length > LONGEST_TIMEOUT_SECONDS) report(field, 'must be between 1 second and 168 hours')
}

function checkVpc(vpc: JsonObject | undefined, at: string, report: Report): void {
  if (vpc === undefined) return
  const hasConnector = (textOf(vpc, 'connector') ?? '') !== ''
  const hasInterfaces = objectsOf(vpc, 'networkInterfaces').length > 0
  if (hasConnector && hasInterfaces) report(at, 'connector and network_interfaces cannot both be set')
  if (!hasConnector && !hasInterfaces) report(at, 'one of connector and network_interfaces is required')
}
