import { type JsonObject, PREFECT_VERSION } from '@slipway/contract'
import type { Context } from '../context.ts'
import type { FrozenRequest, SubmissionIdentity } from '../domain/submission.ts'
import { credentialsBlockId, jobReferences, renderJobConfiguration, type JobInput } from '../domain/templates/job.ts'
import { blockKey } from '../domain/templates/references.ts'
import type { Transaction } from '../store/database.ts'
import type { DueRun } from '../store/due-runs.ts'
import { listVariableValues } from '../store/variables.ts'
import { hashToken } from '../vault/tokens.ts'
import type { ClaimInput } from './claim-due-runs.ts'
import { openBlocksById, openBlocksByName, openBlocksDeep } from './open-blocks.ts'

export interface PlannedRun {
  readonly kind: 'planned'
  readonly row: DueRun
  readonly identity: SubmissionIdentity
  readonly request: FrozenRequest
  readonly credentials: JsonObject
  readonly credentials_block_id: string | null
  /** Hexadecimal sha256 of the token that the container is given. */
  readonly credential_hash: string
}

export type Plan =
  | PlannedRun
  | { readonly kind: 'deployment-gone'; readonly row: DueRun }
  | { readonly kind: 'failed'; readonly row: DueRun; readonly message: string }
  | { readonly kind: 'waiting'; readonly row: DueRun; readonly message: string }

const TOKEN_BYTES = 32

/** Renders the request of each due run: template, variables, blocks, the container's own credential. No network. */
export async function planSubmissions(
  ctx: Context,
  tx: Transaction,
  rows: readonly DueRun[],
  lastAttempts: ReadonlyMap<string, number>,
  input: ClaimInput,
): Promise<readonly Plan[]> {
  const plans: Plan[] = []
  const loads = new Map<string, Promise<Loaded>>()
  for (const row of rows) {
    if (row.deployment_id !== null && !row.deployment_exists) {
      plans.push({ kind: 'deployment-gone', row })
      continue
    }
    const api = input.apiUrlFor(row.work_pool_type ?? '')
    if ('waiting' in api) {
      plans.push({ kind: 'waiting', row, message: api.waiting })
      continue
    }
    const job: JobInput = {
      base_job_template: row.base_job_template,
      deployment_job_variables: row.deployment_job_variables ?? {},
      flow_run_job_variables: (row.job_variables as JsonObject | null) ?? {},
    }
    const loaded = await loadOnce(ctx, tx, { workspace_id: row.workspace_id, job }, loads)
    plans.push(planOne(ctx, { row, job, loaded, api_url: api.url, last_attempt: lastAttempts.get(row.id) ?? 0 }, input))
  }
  return plans
}

interface Loaded {
  readonly by_id: ReadonlyMap<string, JsonObject>
  readonly by_name: ReadonlyMap<string, JsonObject>
  readonly variables: ReadonlyMap<string, unknown>
}

/** Runs of one pool mostly name the same blocks: these are read and opened once per claim. */
async function loadOnce(
  ctx: Context,
  tx: Transaction,
  { workspace_id, job }: { readonly workspace_id: string; readonly job: JobInput },
  loads: Map<string, Promise<Loaded>>,
): Promise<Loaded> {
  const references = jobReferences(job)
  const key = JSON.stringify([workspace_id, references])
  const known = loads.get(key)
  if (known !== undefined) return await known
  const load = (async (): Promise<Loaded> => {
    const byId = await openBlocksById(ctx, tx, workspace_id, references.block_ids)
    const byName = await openBlocksByName(
      ctx,
      tx,
      workspace_id,
      references.block_names.map(({ block_type_slug, name }) => ({ slug: block_type_slug, name })),
    )
    const data = await openBlocksDeep(ctx, tx, workspace_id, [...byId, ...byName])
    const values =
      references.variables.length === 0 ? [] : await listVariableValues(tx, workspace_id, references.variables)
    return {
      by_id: data,
      by_name: new Map(byName.map((block) => [blockKey(block), data.get(block.id) ?? block.data])),
      variables: new Map(values.map(({ name, value }) => [name, value])),
    }
  })()
  loads.set(key, load)
  return await load
}

function planOne(
  ctx: Context,
  subject: {
    readonly row: DueRun
    readonly job: JobInput
    readonly loaded: Loaded
    readonly api_url: string
    readonly last_attempt: number
  },
  input: ClaimInput,
): Plan {
  const { row, job, loaded, api_url, last_attempt } = subject
  const token = ctx.random.bytes(TOKEN_BYTES).toString('base64url')
  const identity: SubmissionIdentity = {
    install_id: ctx.installation.install_id,
    flow_run_id: row.id,
    attempt_no: last_attempt + 1,
    submission_id: ctx.ids.uuid7(),
  }
  const rendering = renderJobConfiguration({
    ...job,
    blocks: { by_id: loaded.by_id, by_name: loaded.by_name },
    variables: loaded.variables,
    server_env: serverEnvironment(api_url, row.id, token, identity),
    version: PREFECT_VERSION,
    flow: { id: row.flow_id, name: row.flow_name ?? '' },
    flow_run: { id: row.id, name: row.name },
    deployment:
      row.deployment_id === null || row.deployment_name === null
        ? null
        : { id: row.deployment_id, name: row.deployment_name, updated: row.deployment_updated },
    work_pool: { id: row.work_pool_id ?? '', name: row.work_pool_name ?? '' },
  })
  if (rendering.kind === 'failed') return { kind: 'failed', row, message: rendering.message }
  const credentials = rendering.credentials ?? {}
  const rendered = input.render({
    pool_type: row.work_pool_type ?? '',
    identity,
    configuration: rendering.configuration,
    credentials,
    env: rendering.env,
    labels: rendering.labels,
    command: rendering.command,
    run_name: rendering.name,
  })
  if (rendered === null)
    return {
      kind: 'failed',
      row,
      message: `This server cannot push to work pools of type ${row.work_pool_type ?? ''}.`,
    }
  if (rendered.kind === 'refused') return { kind: 'failed', row, message: rendered.fault.message }
  return {
    kind: 'planned',
    row,
    identity,
    request: rendered.request,
    credentials,
    credentials_block_id: credentialsBlockId(job),
    credential_hash: hashToken(token),
  }
}

/**
 * What every container is told: where the API is, and a credential that is good for this run only. As
 * PREFECT_API_AUTH_STRING it authenticates HTTP and every websocket of an unmodified client.
 */
function serverEnvironment(
  api_url: string,
  flow_run_id: string,
  token: string,
  identity: SubmissionIdentity,
): Readonly<Record<string, string>> {
  return {
    PREFECT_API_URL: api_url,
    PREFECT_API_AUTH_STRING: `run-${flow_run_id}:${token}`,
    SLIPWAY_SUBMISSION_ID: identity.submission_id,
  }
}
