import type { JsonObject } from '@slipway/contract'
import type { EdgeContext } from '../context.ts'
import type { ActionResult, PendingAction } from '../operations/action-occasion.ts'
import { endCall, prepareCall, takeCalls } from '../operations/call-actions.ts'
import { callOutside, type OutgoingOutcome } from '../providers/outgoing/call.ts'
import type { Service } from './service.ts'

const MOST_IN_FLIGHT = 50
const TIMEOUT_MS = 10_000
const SWEEP_MS = 2_000
/** As much of an answer as its event shows. */
const LONGEST_ANSWER = 1_000

/** Calls webhooks and sends notifications that automations ask for. Whoever answers slowly holds up nobody else. */
export function createAutomationCaller(wake: () => void): Service & { drain(): Promise<void> } {
  const inFlight = new Set<Promise<void>>()

  const begin = (ctx: EdgeContext, pending: PendingAction) => {
    const call = callOne(ctx, pending)
      .catch((error: unknown) => {
        // Its reservation ends, and then it is tried again.
        ctx.log.error({ err: error, action_type: pending.action.type }, 'An action of an automation failed')
      })
      .finally(() => {
        inFlight.delete(call)
        wake()
      })
    inFlight.add(call)
  }

  return {
    name: 'automation-caller',
    intervalMs: SWEEP_MS,
    async runOnce(ctx) {
      const room = MOST_IN_FLIGHT - inFlight.size
      const calls = room <= 0 ? [] : await takeCalls(ctx, room)
      for (const pending of calls) begin(ctx, pending)
      return 'idle'
    },
    async drain() {
      await Promise.all(inFlight)
    },
  }
}

async function callOne(ctx: EdgeContext, pending: PendingAction): Promise<void> {
  const { prepared, details, related } = await prepareCall(ctx, pending)
  if (prepared.kind === 'refused') {
    await endCall(ctx, pending, { reason: prepared.reason, details, related })
    return
  }
  const options = {
    allow_private: prepared.allow_private && ctx.config.allow_private_webhooks,
    timeoutMs: TIMEOUT_MS,
  }
  // Whoever gets the same call twice, because a server died in between, can tell.
  const key = { 'idempotency-key': pending.id }
  const outcomes: OutgoingOutcome[] = []
  for (const request of prepared.requests) {
    outcomes.push(await callOutside({ ...request, headers: { ...key, ...request.headers } }, options))
  }
  await endCall(ctx, pending, { ...resultOf(pending, outcomes), related })
}

/** The answer of a webhook is told, whatever it is; a notification has arrived only when it was taken. */
function resultOf(
  { action }: PendingAction,
  outcomes: readonly OutgoingOutcome[],
): Pick<ActionResult, 'reason' | 'details'> {
  const isWebhook = action.type === 'call-webhook'
  for (const outcome of outcomes) {
    if (outcome.kind === 'failed') {
      return { reason: `${isWebhook ? 'Webhook call' : 'Notification'} failed: ${outcome.reason}`, details: {} }
    }
    if (!isWebhook && (outcome.status < 200 || outcome.status > 299)) {
      const notification_log = `Answered ${outcome.status}: ${outcome.body.slice(0, LONGEST_ANSWER)}`
      return { reason: `Notification failed: answered ${outcome.status}`, details: { notification_log } }
    }
  }
  const [first] = outcomes
  return { reason: null, details: isWebhook && first?.kind === 'answered' ? answerOf(first) : {} }
}

function answerOf({ status, body, headers }: Extract<OutgoingOutcome, { kind: 'answered' }>): JsonObject {
  return { status_code: status, response_body: body.slice(0, LONGEST_ANSWER), response_headers: { ...headers } }
}
