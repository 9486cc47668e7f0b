import type { Context } from '../context.ts'
import { addSeconds, type JsonObject } from '@slipway/contract'
import type { Bucket } from '../domain/automations/bucket.ts'
import { bucketId, type Firing, type Fresh, type Memory, type Step } from '../domain/automations/trigger-state.ts'
import {
  type BucketKey,
  deleteBuckets,
  deleteFirings,
  listBuckets,
  listFirings,
  upsertBuckets,
  upsertFirings,
} from '../store/automation-memory.ts'
import type { Transaction } from '../store/database.ts'
import type { StoredEvent } from '../store/events.ts'
import type { AutomationBucketRow, AutomationFiringRow } from '../store/rows.ts'

/** An event as automations and their templates see it. */
export type TriggerEvent = Omit<StoredEvent, 'workspace_id'>

/** Whose memory it is. */
interface Owner {
  readonly automation_id: string
  readonly workspace_id: string
}

/** What automations remember, for one transaction: read before, written back at its end. */
export interface WorkingMemory {
  readonly memory: Memory<TriggerEvent>
  readonly apply: (step: Step<TriggerEvent>, owner: Owner, proactive: ReadonlySet<string>) => void
  readonly save: (tx: Transaction) => Promise<void>
}

function openMemory(buckets: readonly AutomationBucketRow[], firings: readonly AutomationFiringRow[]): WorkingMemory {
  const knownBuckets = new Map(buckets.map((row) => [bucketId(row.trigger_id, row.key), bucketOf(row)]))
  // `firing` is written from this very type only.
  const knownFirings = new Map(firings.map((row) => [row.trigger_id, row.firing as unknown as Firing<TriggerEvent>]))
  const changedBuckets = new Map<string, AutomationBucketRow | BucketKey>()
  const changedFirings = new Map<string, AutomationFiringRow | null>()
  return {
    memory: { buckets: knownBuckets, firings: knownFirings },
    apply(step, owner, proactive) {
      for (const [id, bucket] of step.buckets) {
        const key = keyOf(id)
        if (bucket === null) {
          knownBuckets.delete(id)
          changedBuckets.set(id, key)
        } else {
          knownBuckets.set(id, bucket)
          changedBuckets.set(id, rowOf({ ...key, ...owner, proactive: proactive.has(key.trigger_id) }, bucket))
        }
      }
      for (const [trigger_id, firing] of step.firings) {
        if (firing === null) {
          knownFirings.delete(trigger_id)
          changedFirings.set(trigger_id, null)
        } else {
          knownFirings.set(trigger_id, firing)
          const { triggered } = firing
          changedFirings.set(trigger_id, { trigger_id, ...owner, triggered, firing: firing as unknown as JsonObject })
        }
      }
    },
    async save(tx) {
      const rows = [...changedBuckets.values()]
      await upsertBuckets(
        tx,
        rows.flatMap((row) => ('count' in row ? [row] : [])),
      )
      await deleteBuckets(
        tx,
        rows.flatMap((row) => ('count' in row ? [] : [row])),
      )
      await upsertFirings(
        tx,
        [...changedFirings.values()].flatMap((row) => row ?? []),
      )
      await deleteFirings(
        tx,
        [...changedFirings].flatMap(([id, row]) => (row === null ? [id] : [])),
      )
    },
  }
}

export async function recall(
  tx: Transaction,
  keys: readonly BucketKey[],
  automation_ids: readonly string[],
): Promise<WorkingMemory> {
  const unique = new Map(keys.map((key) => [bucketId(key.trigger_id, key.key), key]))
  return openMemory(await listBuckets(tx, [...unique.values()]), await listFirings(tx, [...new Set(automation_ids)]))
}

/** Moments that differ: the order of firings is told by them. */
export function createFresh({ clock, ids }: Pick<Context, 'clock' | 'ids'>): Fresh {
  let last = ''
  return {
    id: () => ids.uuid7(),
    now() {
      const now = clock.now()
      last = now > last ? now : addSeconds(last, 0.000_001)
      return last
    },
  }
}

function bucketOf({ start_time, end_time, count, last_event }: AutomationBucketRow): Bucket<TriggerEvent> {
  // `last_event` is written from this very type only.
  return { start: start_time, end: end_time, count, last_event: last_event as unknown as TriggerEvent | null }
}

function rowOf(
  owner: Owner & BucketKey & { readonly proactive: boolean },
  { start, end, count, last_event }: Bucket<TriggerEvent>,
): AutomationBucketRow {
  // Reactive triggers fire with an event at hand.
  const kept = owner.proactive ? (last_event as unknown as JsonObject | null) : null
  return { ...owner, start_time: start, end_time: end, count, last_event: kept }
}

function keyOf(id: string): BucketKey {
  // Made by `bucketId`.
  const [trigger_id = '', ...key] = JSON.parse(id) as readonly string[]
  return { trigger_id, key }
}
