import { isUuid, type JsonObject } from '@slipway/contract'
import type { Context } from '../context.ts'
import { validateGcpCredentialsBlock } from '../domain/credentials/gcp.ts'
import { createPatternCache } from '../domain/json-schema/patterns.ts'
import { credentialsBlockId } from '../domain/templates/job.ts'
import { checkPoolDefaults, defaultBlockIds, type Refusal } from '../domain/templates/validate.ts'
import { problem } from '../errors.ts'
import type { Queryable } from '../store/database.ts'
import { type OpenBlock, openBlocksById, openBlocksDeep } from './open-blocks.ts'

/** Regular expressions of one template that stay compiled while it is checked. */
const MOST_PATTERNS = 100
const CLOUD_RUN = /^cloud-run(-v2)?:push$/
const GCP_CREDENTIALS = 'gcp-credentials'

export interface PoolTemplate {
  readonly workspace_id: string
  readonly type: string
  readonly base_job_template: JsonObject
}

export function newPatternCache() {
  return createPatternCache(MOST_PATTERNS)
}

/** The data of the blocks that the defaults of a template refer to, by id, secrets in clear; missing ones are missing. */
export async function openDefaultBlocks(
  ctx: Pick<Context, 'vault'>,
  db: Queryable,
  workspace_id: string,
  base_job_template: JsonObject,
): Promise<ReadonlyMap<string, JsonObject>> {
  const ids = defaultBlockIds(base_job_template).filter(isUuid)
  if (ids.length === 0) return new Map()
  return await openBlocksDeep(ctx, db, workspace_id, await openBlocksById(ctx, db, workspace_id, ids))
}

/** Throws what a caller has to hear about a new pool's template. Its form was checked when the request was read. */
export async function checkNewTemplate(ctx: Context, db: Queryable, pool: PoolTemplate): Promise<void> {
  const { base_job_template, workspace_id } = pool
  const blocks = await openDefaultBlocks(ctx, db, workspace_id, base_job_template)
  throwRefusal(checkPoolDefaults({ base_job_template, blocks, patterns: newPatternCache() }), pool.type)
  await checkCredentials(ctx, db, pool)
}

/** Of a changed template the defaults are not asked, as on a stock server; the credentials of a push pool are. */
export async function checkChangedTemplate(ctx: Context, db: Queryable, pool: PoolTemplate): Promise<void> {
  await checkCredentials(ctx, db, pool)
}

export function throwRefusal(refusal: Refusal | null, pool_type: string): void {
  if (refusal === null) return
  const { block_document_id, detail, status } = refusal
  // Push pools are ours alone, so their answers may say more than a stock server does.
  const isNamed = block_document_id !== undefined && pool_type.endsWith(':push')
  throw problem(status, isNamed ? missingBlock(block_document_id) : detail)
}

/** A broken key is told when the pool is made, not when its first run is due. */
async function checkCredentials(ctx: Context, db: Queryable, pool: PoolTemplate): Promise<void> {
  if (!CLOUD_RUN.test(pool.type)) return
  const id = credentialsBlockId({
    base_job_template: pool.base_job_template,
    deployment_job_variables: {},
    flow_run_job_variables: {},
  })
  if (id === null) return
  const [block] = isUuid(id) ? await openBlocksById(ctx, db, pool.workspace_id, [id]) : []
  if (block === undefined) throw problem(404, missingBlock(id))
  if (block.block_type_slug !== GCP_CREDENTIALS) {
    throw problem(
      422,
      `The credentials of a work pool of type ${pool.type} are a GCP Credentials block; "${block.name}" is of type ${block.block_type_slug}.`,
    )
  }
  const key = validateGcpCredentialsBlock(await dataOf(ctx, db, pool.workspace_id, block))
  if ('error' in key) throw problem(422, `The GCP Credentials block "${block.name}" cannot be used: ${key.error}.`)
}

async function dataOf(ctx: Context, db: Queryable, workspace_id: string, block: OpenBlock): Promise<JsonObject> {
  const data = await openBlocksDeep(ctx, db, workspace_id, [block])
  return data.get(block.id) ?? block.data
}

function missingBlock(id: string): string {
  return `Block not found. The job template refers to the block document ${id}, which does not exist in this workspace.`
}
