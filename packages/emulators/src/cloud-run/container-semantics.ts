/** Cloud Run's rules for one container: environment, arguments, cpu and memory, mounts. */
import { type JsonObject, objectOf, objectsOf, stringMapOf, textOf, textsOf } from '../json.ts'

/** Notes what is wrong with a field. */
export type Report = (field: string, description: string) => void

const CONTAINER_NAME = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/
const IMAGE = /^[a-zA-Z0-9][a-zA-Z0-9._/:@-]*$/
const MOST_ITEMS = 1_000
const LONGEST_TEXT = 32 * 1024
const RESERVED_ENV = new Set([
  'PORT',
  'K_SERVICE',
  'K_REVISION',
  'K_CONFIGURATION',
  'CLOUD_RUN_JOB',
  'CLOUD_RUN_EXECUTION',
  'CLOUD_RUN_TASK_INDEX',
  'CLOUD_RUN_TASK_ATTEMPT',
  'CLOUD_RUN_TASK_COUNT',
])
const MI = 1024 * 1024
const MEMORY_UNITS: Readonly<Record<string, number>> = {
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  Ki: 1024,
  Mi: MI,
  Gi: 1024 * MI,
}
/** The least and the most MiB that go with a number of cpus. */
const MEMORY_OF_CPU: Readonly<Record<string, readonly [number, number]>> = {
  '1': [512, 4 * 1024],
  '2': [512, 8 * 1024],
  '4': [2 * 1024, 16 * 1024],
  '6': [4 * 1024, 24 * 1024],
  '8': [4 * 1024, 32 * 1024],
}

/** The length of a protobuf duration. */
export const seconds = (duration: string): number => Number(duration.replace(/s$/, ''))

/** What a container of a job and the override of one have in common. */
export function checkArgumentsAndEnv(container: JsonObject, at: string, report: Report): void {
  for (const key of ['command', 'args'] as const) {
    const items = textsOf(container, key)
    if (items.length > MOST_ITEMS) report(`${at}.${key}`, `at most ${MOST_ITEMS} items are allowed`)
    if (items.some((item) => item.includes('\0'))) report(`${at}.${key}`, 'must not contain a null byte')
  }
  checkEnv(objectsOf(container, 'env'), `${at}.env`, report)
}

export function checkContainer(container: JsonObject, at: string, volumes: ReadonlySet<string>, report: Report): void {
  checkArgumentsAndEnv(container, at, report)
  const name = textOf(container, 'name') ?? ''
  if (name !== '' && !CONTAINER_NAME.test(name)) report(`${at}.name`, `"${name}" is not a valid container name`)
  const image = textOf(container, 'image') ?? ''
  if (image !== '' && !IMAGE.test(image)) report(`${at}.image`, `expected a container image path, got "${image}"`)
  checkResources(objectOf(container, 'resources') ?? {}, `${at}.resources.limits`, report)
  for (const [index, mount] of objectsOf(container, 'volumeMounts').entries()) {
    const volume = textOf(mount, 'name') ?? ''
    if (!volumes.has(volume)) report(`${at}.volume_mounts[${index}].name`, `no volume is named "${volume}"`)
    if (!(textOf(mount, 'mountPath') ?? '').startsWith('/'))
      report(`${at}.volume_mounts[${index}].mount_path`, 'must be an absolute path')
  }
}

function checkEnv(env: readonly JsonObject[], at: string, report: Report): void {
  if (env.length > MOST_ITEMS) report(at, `at most ${MOST_ITEMS} environment variables are allowed`)
  const names = new Set<string>()
  for (const [index, variable] of env.entries()) {
    const name = textOf(variable, 'name') ?? ''
    if (names.has(name)) report(`${at}[${index}].name`, `"${name}" is set twice`)
    names.add(name)
    if (name.includes('=') || name.includes('\0') || name.length > 32_768)
      report(`${at}[${index}].name`, `"${name.slice(0, 80)}" is not a valid name`)
    if (RESERVED_ENV.has(name)) report(`${at}[${index}].name`, `"${name}" is reserved and set by Cloud Run`)
    const value = textOf(variable, 'value') ?? ''
    if (Buffer.byteLength(value) > LONGEST_TEXT)
      report(`${at}[${index}].value`, `the value of "${name}" is longer than 32 KiB`)
    if (value.includes('\0')) report(`${at}[${index}].value`, 'must not contain a null byte')
    const source = objectOf(variable, 'valueSource')
    if (source !== undefined && objectOf(source, 'secretKeyRef') === undefined)
      report(`${at}[${index}].value_source`, 'secret_key_ref is required')
  }
}

function checkResources(resources: JsonObject, at: string, report: Report): void {
  const limits = stringMapOf(resources, 'limits')
  for (const key of Object.keys(limits)) {
    if (!['cpu', 'memory', 'nvidia.com/gpu'].includes(key))
      report(at, `"${key}" cannot be limited; only cpu, memory and nvidia.com/gpu can`)
  }
  const cpu = readCpu(limits['cpu'] ?? '1')
  const memory = readMemory(limits['memory'] ?? '512Mi')
  const range = cpu === null ? undefined : MEMORY_OF_CPU[cpu]
  if (range === undefined)
    report(
      at,
      `Invalid value specified for cpu. The only supported values are 1, 2, 4, 6 and 8, got "${limits['cpu'] ?? ''}"`,
    )
  if (memory === null) report(at, `Invalid value specified for memory: "${limits['memory'] ?? ''}"`)
  if (range === undefined || memory === null) return
  const [least, most] = range
  if (memory < 512 * MI)
    report(at, 'Total memory < 512 Mi is not supported with the second generation execution environment.')
  else if (memory < least * MI) report(at, `Total memory must be at least ${least} Mi for ${cpu} CPU.`)
  if (memory > most * MI)
    report(at, `Invalid value specified for memory. For ${cpu} CPU, memory must be at most ${most / 1024} Gi.`)
}

/** Whole cpus as text, or null: `2`, `2.0` and `2000m` are the same. */
function readCpu(text: string): string | null {
  const match = /^(\d+(?:\.\d+)?)(m?)$/.exec(text)
  return match === null ? null : String(Number(match[1]) / (match[2] === 'm' ? 1_000 : 1))
}

function readMemory(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)(|k|M|G|Ki|Mi|Gi)$/.exec(text)
  return match === null ? null : Number(match[1]) * (MEMORY_UNITS[match[2] ?? ''] ?? 1)
}
