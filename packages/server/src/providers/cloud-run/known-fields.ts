import type { Json, JsonObject } from '@slipway/contract'

/** `true`: any value; an object: these fields; a list: of such objects. Names are Google's (Cloud Run Admin API v2). */
type Shape = true | { readonly [field: string]: Shape } | readonly [Shape]

const probe: Shape = true
const container: Shape = {
  name: true,
  image: true,
  command: true,
  args: true,
  env: [{ name: true, value: true, valueSource: { secretKeyRef: { secret: true, version: true } } }],
  resources: { limits: true, cpuIdle: true, startupCpuBoost: true },
  ports: [{ name: true, containerPort: true }],
  volumeMounts: [{ name: true, mountPath: true, subPath: true }],
  workingDir: true,
  livenessProbe: probe,
  startupProbe: probe,
  dependsOn: true,
}
const volume: Shape = {
  name: true,
  secret: true,
  cloudSqlInstance: { instances: true },
  emptyDir: true,
  nfs: true,
  gcs: true,
}

/** What a template may set of a job. Everything that decides identity or starting is Slipway's own. */
const job: Shape = {
  client: true,
  clientVersion: true,
  launchStage: true,
  labels: true,
  annotations: true,
  binaryAuthorization: true,
  template: {
    labels: true,
    annotations: true,
    parallelism: true,
    taskCount: true,
    template: {
      containers: [container],
      volumes: [volume],
      maxRetries: true,
      timeout: true,
      serviceAccount: true,
      executionEnvironment: true,
      encryptionKey: true,
      vpcAccess: {
        connector: true,
        egress: true,
        networkInterfaces: [{ network: true, subnetwork: true, tags: true }],
      },
      nodeSelector: { accelerator: true },
      gpuZonalRedundancyDisabled: true,
    },
  },
}

/** The path of the first field that a job does not have or a template may not set; null when all are known. */
export function unknownField(body: JsonObject): string | null {
  return unknownIn(body, job)
}

function unknownIn(value: Json | undefined, shape: Shape): string | null {
  if (shape === true || value === null || value === undefined) return null
  if (Array.isArray(shape)) {
    if (!Array.isArray(value)) return ''
    for (const [index, item] of value.entries()) {
      const found = unknownIn(item, shape[0])
      if (found !== null) return join(`[${index}]`, found)
    }
    return null
  }
  if (typeof value !== 'object' || Array.isArray(value)) return ''
  for (const [key, item] of Object.entries(value)) {
    const next = Object.hasOwn(shape, key) ? (shape as Readonly<Record<string, Shape>>)[key] : undefined
    if (next === undefined) return key
    const found = unknownIn(item, next)
    if (found !== null) return join(key, found)
  }
  return null
}

function join(key: string, rest: string): string {
  if (rest === '') return key
  return rest.startsWith('[') ? `${key}${rest}` : `${key}.${rest}`
}
