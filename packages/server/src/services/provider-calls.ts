import type { EdgeContext } from '../context.ts'
import { openSubmission } from '../operations/sealed-submission.ts'
import type { FrozenRequest, Provider, ProviderCall } from '../providers/provider.ts'
import type { SubmissionRow } from '../store/rows.ts'
import { currentCredentials } from './submitter.ts'

/** A stored attempt, its provider and a call that may be made now; null when the credentials or the provider are gone. */
export async function prepareCall(
  ctx: EdgeContext,
  row: SubmissionRow,
): Promise<{ readonly provider: Provider; readonly call: ProviderCall; readonly request: FrozenRequest } | null> {
  const provider = await ctx.providers.get(row.pool_type)
  const frozen = openSubmission(ctx.vault, row)
  const credentials = frozen.credentials ?? (await currentCredentials(ctx, row))
  if (provider === null || credentials === null) return null
  const signal = AbortSignal.timeout(ctx.config.submission_call_timeout_seconds * 1_000)
  return { provider, call: { credentials, signal }, request: frozen.request }
}
