import { addSeconds, secondsBetween, type EventTrigger, type Timestamp, type Trigger } from '@slipway/contract'
import type { Context } from '../context.ts'
import { mayReact } from '../domain/automations/chain.ts'
import {
  bucketsOfEvent,
  eventTriggers,
  type Firing,
  onEvent,
  onTick,
  triggerId,
} from '../domain/automations/trigger-state.ts'
import {
  type AutomationCursor,
  type BucketKey,
  deleteBuckets,
  type EventHead,
  findOldestUntold,
  listBuckets,
  listBucketsOver,
  listEnabledAutomations,
  listEventHeadsAfter,
  listWholeEvents,
  lockAutomationCursor,
  sweepBuckets,
  sweepFirings,
  updateAutomationCursor,
} from '../store/automation-memory.ts'
import type { Transaction } from '../store/database.ts'
import { currentEventPosition, hasUntoldEvents, type StoredEvent } from '../store/events.ts'
import { createFresh, recall, type TriggerEvent } from './automation-memory.ts'
import { queueActions } from './queue-actions.ts'

interface KnownAutomation {
  readonly id: string
  readonly workspace_id: string
  readonly created: Timestamp
  readonly trigger: Trigger
  readonly event_triggers: readonly EventTrigger[]
  readonly proactive: ReadonlySet<string>
}

/** The enabled automations as a server keeps them between passes: valid as long as the cursor's generation is the same. */
export interface KnownAutomations {
  readonly generation: number
  readonly loaded: Timestamp
  readonly all: readonly KnownAutomation[]
  readonly byWorkspace: ReadonlyMap<string, readonly KnownAutomation[]>
  readonly byTrigger: ReadonlyMap<string, KnownAutomation>
}

export interface Evaluation {
  /** To be given to the next pass. */
  readonly known: KnownAutomations | null
  readonly evaluated: number
  readonly fired: number
  /** There is more to do now. */
  readonly more: boolean
  /** Events wait for the end of an older transaction, which wakes nobody. */
  readonly untold: boolean
}

/** What fired, and by which automation. */
export interface Fired {
  readonly automation: KnownAutomation
  readonly firing: Firing<TriggerEvent>
}

const RELOAD_SECONDS = 60
const TICK_SECONDS = 2
/** An event of before may yet be on its way from its client. */
const GRACE_SECONDS = 2
/** Late events still count in the bucket of their time for so long. */
const SWEEP_SECONDS = 60
const AUTOMATION_CHANGE = /^prefect\.automation\.(created|updated|deleted)$/

/**
 * Evaluates the next events of the stream, each exactly once: the position, what is remembered and what has to be done are
 * written in one transaction, under the lock of the cursor. On every second or so also what fires by time alone.
 */
export async function evaluateAutomations(
  ctx: Context,
  known: KnownAutomations | null,
  limit: number,
): Promise<Evaluation> {
  return await ctx.db.transaction(async (tx) => {
    const nothing = { known, evaluated: 0, fired: 0, more: false, untold: false }
    const cursor = await lockAutomationCursor(tx)
    if (cursor === null) return nothing
    const now = ctx.clock.now()
    if (cursor.is_ahead) {
      const position = await currentEventPosition(tx)
      await updateAutomationCursor(tx, { ...cursor, ...position, since: now, generation: cursor.generation + 1 })
      return { ...nothing, more: true }
    }
    const heads = await listEventHeadsAfter(tx, cursor, limit)
    const { xid, seq } = heads.at(-1) ?? cursor
    const generation = cursor.generation + (heads.some(({ event }) => AUTOMATION_CHANGE.test(event)) ? 1 : 0)
    const current = await keepKnown(tx, known, generation, now)
    const fired = await evaluateEvents(
      ctx,
      tx,
      current,
      heads.filter(({ received }) => received >= cursor.since),
    )
    const position = { ...cursor, xid, seq, generation }
    const isTickDue = heads.length < limit && secondsBetween(cursor.ticked, now) >= TICK_SECONDS
    const tick = isTickDue ? await passTime(ctx, tx, current, { position, now, limit }) : null
    const all = [...fired, ...(tick?.fired ?? [])]
    await queueActions(ctx, tx, all)
    const isTold = tick !== null && !tick.more
    if (heads.length > 0 || isTold)
      await updateAutomationCursor(tx, { ...position, ticked: isTold ? now : cursor.ticked })
    return {
      known: current,
      evaluated: heads.length,
      fired: all.length,
      more: heads.length === limit || tick?.more === true,
      untold: heads.length < limit && (await hasUntoldEvents(tx, position)),
    }
  })
}

async function keepKnown(
  tx: Transaction,
  known: KnownAutomations | null,
  generation: number,
  now: Timestamp,
): Promise<KnownAutomations> {
  const isFresh =
    known !== null && known.generation === generation && secondsBetween(known.loaded, now) < RELOAD_SECONDS
  if (isFresh) return known
  const all = (await listEnabledAutomations(tx)).map(
    ({ id, workspace_id, created, trigger: stored }): KnownAutomation => {
      // The column was validated against this very schema when it was written.
      const trigger = stored as unknown as Trigger
      const event_triggers = eventTriggers(trigger)
      const proactive = event_triggers.filter(({ posture }) => posture === 'Proactive')
      return { id, workspace_id, created, trigger, event_triggers, proactive: new Set(proactive.map(triggerId)) }
    },
  )
  const byWorkspace = new Map<string, KnownAutomation[]>()
  for (const automation of all) {
    const others = byWorkspace.get(automation.workspace_id)
    if (others === undefined) byWorkspace.set(automation.workspace_id, [automation])
    else others.push(automation)
  }
  const byTrigger = new Map(
    all.flatMap((each) => each.event_triggers.map((trigger) => [triggerId(trigger), each] as const)),
  )
  return { generation, loaded: now, all, byWorkspace, byTrigger }
}

async function evaluateEvents(
  ctx: Context,
  tx: Transaction,
  known: KnownAutomations,
  heads: readonly EventHead[],
): Promise<readonly Fired[]> {
  const concerned = heads.flatMap((head) => {
    const automations = known.byWorkspace.get(head.workspace_id) ?? []
    return automations.flatMap((automation) => {
      const keys = isAbout(automation, head) ? bucketsOfEvent(automation.trigger, head) : []
      return keys.length === 0 ? [] : [{ head, automation, keys }]
    })
  })
  if (concerned.length === 0) return []
  const events = new Map((await listWholeEvents(tx, [...new Set(concerned.map(({ head }) => head))])).map(withId))
  const working = await recall(
    tx,
    concerned.flatMap(({ keys }) => keys),
    concerned.flatMap(({ automation }) => (automation.trigger.type === 'event' ? [] : [automation.id])),
  )
  const fresh = createFresh(ctx)
  const fired: Fired[] = []
  for (const { head, automation } of concerned) {
    const event = events.get(head.id)
    if (event === undefined) continue
    const step = onEvent(automation.trigger, working.memory, event, fresh)
    working.apply(step, ownerOf(automation), automation.proactive)
    fired.push(...step.fired.map((firing) => ({ automation, firing })))
  }
  await working.save(tx)
  return fired
}

/** Not what was before it, nor what would never end. */
function isAbout(automation: KnownAutomation, head: EventHead): boolean {
  return head.received >= automation.created && mayReact(automation, head)
}

function withId(event: StoredEvent): readonly [string, TriggerEvent] {
  const { id, occurred, received, event: name, resource, related, payload, follows } = event
  return [id, { id, occurred, received, event: name, resource, related, payload, follows }]
}

interface Moment {
  readonly position: AutomationCursor
  readonly now: Timestamp
  readonly limit: number
}

/** Fires what has waited in vain, and forgets what is over. */
async function passTime(
  ctx: Context,
  tx: Transaction,
  known: KnownAutomations,
  { position, now, limit }: Moment,
): Promise<{ readonly fired: readonly Fired[]; readonly more: boolean }> {
  const untold = await findOldestUntold(tx, position)
  const as_of = addSeconds(untold !== null && untold < now ? untold : now, -GRACE_SECONDS)
  const over = await listBucketsOver(tx, as_of, limit)
  const orphans = over.filter(({ trigger_id }) => !known.byTrigger.has(trigger_id))
  await deleteBuckets(tx, orphans)
  const ticks = [
    ...over.filter(({ trigger_id }) => known.byTrigger.has(trigger_id)),
    ...(await listUnwatched(tx, known)),
  ]
  const automation_ids = ticks.flatMap(({ trigger_id }) => known.byTrigger.get(trigger_id)?.id ?? [])
  const working = await recall(tx, ticks, automation_ids)
  const fresh = createFresh(ctx)
  const fired: Fired[] = []
  for (const { trigger_id, key } of ticks) {
    const automation = known.byTrigger.get(trigger_id)
    if (automation === undefined) continue
    const step = onTick(automation.trigger, working.memory, { trigger_id, key, now: as_of }, fresh)
    working.apply(step, ownerOf(automation), automation.proactive)
    fired.push(...step.fired.map((firing) => ({ automation, firing })))
  }
  await working.save(tx)
  await sweepBuckets(tx, addSeconds(now, -SWEEP_SECONDS), limit)
  await sweepFirings(tx, limit)
  return { fired, more: over.length === limit }
}

/** Triggers that watch from the beginning, whatever happens, and have not begun. */
async function listUnwatched(tx: Transaction, known: KnownAutomations): Promise<readonly BucketKey[]> {
  const watching = known.all.flatMap(({ event_triggers }) =>
    event_triggers.filter(
      ({ posture, after = [], for_each = [] }) => posture === 'Proactive' && after.length + for_each.length === 0,
    ),
  )
  const keys = watching.map((trigger) => ({ trigger_id: triggerId(trigger), key: [] }))
  const begun = new Set((await listBuckets(tx, keys)).map(({ trigger_id }) => trigger_id))
  return keys.filter(({ trigger_id }) => !begun.has(trigger_id))
}

function ownerOf({ id, workspace_id }: KnownAutomation) {
  return { automation_id: id, workspace_id }
}
