import { isUuid } from '@slipway/contract'
import type { EdgeContext } from '../context.ts'
import { findWorkspace } from '../store/installation.ts'

/** The workspace that a path names, when there is one. */
export async function findWorkspaceId(
  ctx: EdgeContext,
  account_id: string,
  workspace_id: string,
): Promise<string | null> {
  if (!isUuid(account_id) || !isUuid(workspace_id)) return null
  return (await findWorkspace(ctx.db, account_id, workspace_id))?.id ?? null
}
