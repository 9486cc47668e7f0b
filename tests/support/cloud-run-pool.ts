import { resolve } from 'node:path'
import type { Api } from './api.ts'
import { eventually } from './eventually.ts'

export const POOL = 'my-google-cloud-run-push-pool'
const FLOWS = resolve(import.meta.dirname, 'flows')
const ENTRYPOINT = resolve(import.meta.dirname, '../../packages/sdk/src/entrypoint.ts')
/** The container of a TypeScript flow, without an image: the emulator runs it here. */
const CONTAINER = `node --conditions=source ${JSON.stringify(ENTRYPOINT)}`

interface PoolOptions {
  readonly name?: string
  readonly type?: string
  /** The service-account key of the GCP Credentials block. */
  readonly key: object
  readonly concurrency_limit?: number
}

interface DeploymentOptions {
  readonly pool?: string
  readonly name?: string
  /** The flow of tests/support/flows, `file:name`. */
  readonly entrypoint?: string
  readonly job_variables?: object
  readonly concurrency_limit?: number
  readonly schedules?: readonly object[]
}

interface Named {
  readonly id: string
  readonly name: string
}

/** What a user does before a first run: store the key, create the pool with it. */
export async function makePool(
  api: Api,
  { name = POOL, type = 'cloud-run:push', key, concurrency_limit }: PoolOptions,
) {
  const block = await saveCredentials(api, `${name}-credentials`, key)
  const base_job_template = await templateWithCredentials(api, type, block.id)
  const pool = await api.post<Named>('/work_pools/', { name, type, base_job_template, concurrency_limit })
  return { pool, block }
}

async function saveCredentials(api: Api, name: string, key: object): Promise<Named> {
  const type = await api.get<Named>('/block_types/slug/gcp-credentials')
  const [schema] = await api.post<readonly Named[]>('/block_schemas/filter', {
    block_schemas: { block_type_id: { any_: [type.id] } },
    limit: 1,
  })
  if (schema === undefined) throw new Error('The server has no schema for GCP Credentials')
  return await api.post<Named>('/block_documents/', {
    name,
    block_type_id: type.id,
    block_schema_id: schema.id,
    data: { service_account_info: key },
  })
}

/** The template that clients take from the collections view, with the block as default: what `--provision-infra` writes. */
async function templateWithCredentials(api: Api, type: string, block_document_id: string): Promise<object> {
  const view = await api.get<Record<string, Record<string, { default_base_job_configuration: object }>>>(
    '/collections/views/aggregate-worker-metadata',
  )
  const found = Object.values(view).find((types) => Object.hasOwn(types, type))?.[type]
  if (found === undefined) throw new Error(`The collections view has no work pool type ${type}`)
  const template = structuredClone(found.default_base_job_configuration) as {
    variables: { properties: { credentials: Record<string, unknown> } }
  }
  template.variables.properties.credentials['default'] = { $ref: { block_document_id } }
  return template
}

/** What `prefect deploy` does: the flow by name, and a deployment of it that runs in the pool. */
export async function makeDeployment(api: Api, options: DeploymentOptions = {}) {
  const {
    pool = POOL,
    entrypoint = 'word-count.ts:wordCount',
    job_variables = {},
    concurrency_limit,
    schedules,
  } = options
  const flowName = entrypoint.split(':')[1] ?? entrypoint
  const flow = await api.post<Named>('/flows/', { name: flowName })
  return await api.post<Named>('/deployments/', {
    name: options.name ?? 'from-test',
    flow_id: flow.id,
    work_pool_name: pool,
    entrypoint,
    path: FLOWS,
    job_variables: { command: CONTAINER, ...job_variables },
    concurrency_limit,
    schedules,
  })
}

interface RunOptions {
  readonly parameters?: object
  /** Left out: due now. */
  readonly scheduled_time?: string
  /** Asked a second time with the same key, the server answers with the run that is there. */
  readonly idempotency_key?: string
}

export async function createRun(
  api: Api,
  deployment_id: string,
  { scheduled_time, ...options }: RunOptions = {},
): Promise<Named> {
  const state = { type: 'SCHEDULED', ...(scheduled_time === undefined ? {} : { state_details: { scheduled_time } }) }
  return await api.post<Named>(`/deployments/${deployment_id}/create_flow_run`, { state, ...options })
}

interface RunView {
  readonly id: string
  readonly name: string
  readonly state_type: string
  readonly state_name: string
  readonly infrastructure_pid: string | null
  readonly run_count: number
  readonly expected_start_time: string
  readonly state: { readonly message: string | null; readonly state_details: Record<string, unknown> }
}

export const readRun = async (api: Api, id: string): Promise<RunView> => await api.get<RunView>(`/flow_runs/${id}`)

interface StateView {
  readonly type: string
  readonly name: string
  readonly message: string | null
}

/** The run's states, the first one first. */
export const readStates = async (api: Api, id: string): Promise<readonly StateView[]> =>
  await api.get<readonly StateView[]>(`/flow_run_states/?flow_run_id=${id}`)

const TERMINAL: readonly string[] = ['COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED']

/** The run as soon as it is in one of these states; fails when it ends in another one. */
export async function waitForState(api: Api, id: string, types: readonly string[] = TERMINAL): Promise<RunView> {
  const run = await eventually(
    async () => {
      const found = await readRun(api, id)
      return types.includes(found.state_type) || TERMINAL.includes(found.state_type) ? found : null
    },
    { what: `run ${id} to be ${types.join(' or ')}`, withinMs: 60_000 },
  )
  if (types.includes(run.state_type)) return run
  throw new Error(`Run ${id} is ${run.state_name} and not ${types.join(' or ')}: ${run.state.message ?? 'no message'}`)
}
