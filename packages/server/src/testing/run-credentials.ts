import { addSeconds } from '@slipway/contract'
import type { EdgeContext } from '../context.ts'
import { insertSubmissions } from '../store/submissions.ts'
import { hashToken, newToken } from '../vault/tokens.ts'

/** What the container of a run presents, as PREFECT_API_AUTH_STRING. */
export async function insertRunCredential(ctx: EdgeContext, flow_run_id: string): Promise<string> {
  const token = newToken(32)
  const now = ctx.clock.now()
  const submission = {
    id: ctx.ids.uuid(),
    workspace_id: ctx.installation.default_workspace_id,
    created: now,
    flow_run_id,
    attempt_no: 1,
    work_pool_id: ctx.ids.uuid(),
    pool_type: 'recording:push',
    credentials_block_id: null,
    resource_name: `job-${flow_run_id}`,
    infrastructure_pid: `pid-${flow_run_id}`,
    sealed_request: {},
    request_sha256: '',
    credential_hash: hashToken(token),
    lease_owner: ctx.server_id,
    lease_until: addSeconds(now, 60),
  }
  await ctx.db.transaction((tx) => insertSubmissions(tx, [submission]))
  return `run-${flow_run_id}:${token}`
}

export function basic(credential: string): { readonly authorization: string } {
  return { authorization: `Basic ${Buffer.from(credential).toString('base64')}` }
}
