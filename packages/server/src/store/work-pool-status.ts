import type { JsonObject, Timestamp } from '@slipway/contract'
import type { Transaction } from './database.ts'
import type { WorkPoolRow } from './rows.ts'
import { json, sql } from './sql.ts'
import { workPoolColumns } from './work-pools.ts'

/**
 * A push pool has no workers whose heartbeats could tell whether it is ready: its last call to the cloud does.
 * Nothing is written while nothing changed, so that a thousand runs a minute do not rewrite one row a thousand times.
 * The pool as it was, when its status is another one now.
 */
export async function updatePoolProviderStatus(
  tx: Transaction,
  work_pool_id: string,
  seen: { readonly is_ready: boolean; readonly status: JsonObject },
  now: Timestamp,
): Promise<WorkPoolRow | null> {
  const status = seen.is_ready ? 'READY' : 'NOT_READY'
  const [row] = await tx.query<WorkPoolRow>(sql`
    with told as materialized (
      select ${workPoolColumns}
      from work_pool p
      where p.id = ${work_pool_id}
        and (
          (p.status <> ${status} and not p.is_paused)
          or p.provider_status is null
          or (p.provider_status ->> 'ok') is distinct from ${seen.status['ok'] === true ? 'true' : 'false'}
          or (p.provider_status -> 'fault' ->> 'code') is distinct from ${faultCode(seen.status)}
        )
      for no key update
    ), marked as (
      update work_pool p
      set provider_status = ${json(seen.status)},
        status = case when told.is_paused then told.status else ${status} end,
        last_status_change = case
          when told.is_paused or told.status = ${status} then told.last_status_change
          else ${now}::timestamptz
        end
      from told
      where p.id = told.id
    )
    select ${workPoolColumns}
    from told p
    where not p.is_paused
      and p.status <> ${status}
  `)
  return row ?? null
}

function faultCode(status: JsonObject): string | null {
  const fault = status['fault']
  if (typeof fault !== 'object' || fault === null || Array.isArray(fault)) return null
  const { code } = fault as JsonObject
  return typeof code === 'string' ? code : null
}
