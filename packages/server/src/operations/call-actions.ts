import { addSeconds, type JsonObject, toPlain } from '@slipway/contract'
import type { Context } from '../context.ts'
import { notificationCalls } from '../domain/automations/notification.ts'
import type { Prepared } from '../domain/automations/outgoing.ts'
import { webhookCall } from '../domain/automations/webhook.ts'
import { renderJinja } from '../domain/json-schema/jinja.ts'
import type { ResourceLabels } from '../events/flow-run-state-event.ts'
import { claimCalls } from '../store/automation-actions.ts'
import { type ActionResult, failure, namesFor, type PendingAction, pendingAction } from './action-occasion.ts'
import { openBlocksById, openBlocksDeep } from './open-blocks.ts'
import { conclude } from './perform-actions.ts'

/** A server that dies during a call is thought dead after this long; the call is then made once more. */
const RESERVED_SECONDS = 60
const MOST_TRIES = 2

/** Takes calls that are due. Those that killed their server before are ended instead. */
export async function takeCalls(ctx: Context, limit: number): Promise<readonly PendingAction[]> {
  const now = ctx.clock.now()
  const rows = await claimCalls(ctx.db, { now, not_before: addSeconds(now, RESERVED_SECONDS), limit })
  const calls = rows.map(pendingAction)
  for (const call of calls.filter(({ tries }) => tries > MOST_TRIES)) {
    await endCall(ctx, call, failure('The server was stopped while it called; whether it arrived is not known'))
  }
  return calls.filter(({ tries }) => tries <= MOST_TRIES)
}

export interface PreparedCall {
  readonly prepared: Prepared
  /** What the outcome tells in any case. */
  readonly details: JsonObject
  readonly related: readonly ResourceLabels[]
}

/** Opens the block and renders the texts. */
export async function prepareCall(ctx: Context, pending: PendingAction): Promise<PreparedCall> {
  const { action, workspace_id } = pending
  if (action.type !== 'send-notification' && action.type !== 'call-webhook')
    throw new Error(`${action.type} calls nobody`)
  const [block] = await openBlocksById(ctx, ctx.db, workspace_id, [action.block_document_id])
  if (block === undefined) return refused('The block of this action does not exist any more')
  const { block_type_slug, id, name } = block
  const related = [
    {
      'prefect.resource.id': `prefect.block-document.${id}`,
      'prefect.resource.role': 'block',
      'prefect.resource.name': name,
    },
    { 'prefect.resource.id': `prefect.block-type.${block_type_slug}`, 'prefect.resource.role': 'block-type' },
  ]
  if (action.type === 'call-webhook' && block_type_slug !== 'webhook') {
    return refused('The referenced block was not a webhook block')
  }
  const templates = action.type === 'call-webhook' ? [action.payload ?? ''] : [action.subject ?? '', action.body]
  const texts: string[] = []
  const names = await namesFor(ctx, pending, templates)
  for (const template of templates) {
    const rendered = renderJinja(template, names)
    if (rendered.kind === 'failed') {
      const reason = `Template rendering failed: ${rendered.message}`
      const details = { template_error: rendered.message, template_source: template }
      return { prepared: { kind: 'refused', reason }, details, related }
    }
    texts.push(rendered.text)
  }
  // Numbers that JavaScript would change mean nothing in the settings of a call.
  const data = toPlain((await openBlocksDeep(ctx, ctx.db, workspace_id, [block])).get(id) ?? block.data) as JsonObject
  const [first = '', second = ''] = texts
  const prepared =
    action.type === 'call-webhook'
      ? webhookCall(data, first)
      : notificationCalls(block_type_slug, data, { subject: first, body: second })
  return { prepared, details: {}, related }
}

export async function endCall(ctx: Context, pending: PendingAction, result: ActionResult): Promise<void> {
  await ctx.db.transaction((tx) => conclude(ctx, tx, pending, result))
}

function refused(reason: string): PreparedCall {
  return { prepared: { kind: 'refused', reason }, details: {}, related: [] }
}
