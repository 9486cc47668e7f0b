import type { JsonObject } from '@slipway/contract'
import type { EdgeContext } from '../context.ts'
import { markSubmissionSent } from '../operations/mark-submission-sent.ts'
import { openBlocksById } from '../operations/open-blocks.ts'
import { openSubmission } from '../operations/sealed-submission.ts'
import { recordSubmissionOutcome } from '../operations/submission-outcome.ts'
import type { FrozenRequest, Provider, ProviderCall, SubmitOutcome } from '../providers/provider.ts'
import type { SubmissionRow } from '../store/rows.ts'

/** An attempt that this server holds and is about to send. */
export interface Sendable {
  readonly id: string
  readonly workspace_id: string
  readonly flow_run_id: string
  readonly work_pool_id: string
  readonly pool_type: string
  readonly request: FrozenRequest
  readonly credentials: JsonObject | null
  /** True when an earlier call may have been committed: look before sending again. */
  readonly may_exist: boolean
}

/** Sends attempts that are marked as sent in one commit, and records what each call came to. No transaction is open meanwhile. */
export async function submitAll(ctx: EdgeContext, sendables: readonly Sendable[]): Promise<void> {
  const ours = await markSubmissionSent(
    ctx,
    sendables.map((sendable) => sendable.id),
  )
  await Promise.all(sendables.filter((sendable) => ours.has(sendable.id)).map((sendable) => submitOne(ctx, sendable)))
}

async function submitOne(ctx: EdgeContext, sendable: Sendable): Promise<void> {
  await ctx.probe('submission.before-call', { submission_id: sendable.id })
  const outcome = await callProvider(ctx, sendable)
  await ctx.probe('submission.after-call', { submission_id: sendable.id })
  await recordSubmissionOutcome(ctx, {
    submission_id: sendable.id,
    flow_run_id: sendable.flow_run_id,
    workspace_id: sendable.workspace_id,
    work_pool_id: sendable.work_pool_id,
    outcome,
  })
}

async function callProvider(ctx: EdgeContext, sendable: Sendable): Promise<SubmitOutcome> {
  const provider = await ctx.providers.get(sendable.pool_type)
  if (provider === null) return noProvider(sendable.pool_type)
  if (sendable.credentials === null) {
    return {
      kind: 'refused',
      fault: {
        class: 'auth',
        code: 'credentials.missing',
        message:
          'The credentials block of the work pool was deleted. Choose another block on the work pool and run again.',
      },
    }
  }
  const call: ProviderCall = {
    credentials: sendable.credentials,
    signal: AbortSignal.timeout(ctx.config.submission_call_timeout_seconds * 1_000),
  }
  if (sendable.may_exist) {
    const known = await lookUp(provider, call, sendable.request)
    if (known !== null) return known
  }
  return await provider.submit(call, sendable.request)
}

/** What an earlier call left behind; null: nothing, so the same request may be sent again. */
async function lookUp(provider: Provider, call: ProviderCall, request: FrozenRequest): Promise<SubmitOutcome | null> {
  const found = await provider.find(call, request)
  switch (found.kind) {
    case 'found':
      return { kind: 'accepted', execution: found.execution, adopted: true }
    case 'absent':
      return null
    case 'collision':
      return { kind: 'refused', fault: found.fault }
    case 'unknown':
      return { kind: 'unknown', fault: found.fault }
  }
}

function noProvider(pool_type: string): SubmitOutcome {
  return {
    kind: 'refused',
    fault: {
      class: 'misconfigured',
      code: 'provider.unknown',
      message: `This server cannot push to work pools of type ${pool_type}.`,
    },
  }
}

/** Stored attempts made ready for a call: unsealed, with the credentials as they are now. */
export async function toSendables(ctx: EdgeContext, rows: readonly SubmissionRow[]): Promise<readonly Sendable[]> {
  const sendables: Sendable[] = []
  for (const row of rows) {
    const frozen = openSubmission(ctx.vault, row)
    sendables.push({
      id: row.id,
      workspace_id: row.workspace_id,
      flow_run_id: row.flow_run_id,
      work_pool_id: row.work_pool_id,
      pool_type: row.pool_type,
      request: frozen.request,
      credentials: frozen.credentials ?? (await currentCredentials(ctx, row)),
      may_exist: row.first_sent_at !== null,
    })
  }
  return sendables
}

export async function currentCredentials(ctx: EdgeContext, row: SubmissionRow): Promise<JsonObject | null> {
  if (row.credentials_block_id === null) return null
  const [block] = await openBlocksById(ctx, ctx.db, row.workspace_id, [row.credentials_block_id])
  return block?.data ?? null
}
