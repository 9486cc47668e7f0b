import type { JsonObject, Timestamp } from '@slipway/contract'
import type { Transaction } from './database.ts'
import { json, sql } from './sql.ts'

/**
 * A push pool has no workers whose heartbeats could tell whether it is ready: its last call to the cloud does.
 * Nothing is written while nothing changed, so that a thousand runs a minute do not rewrite one row a thousand times.
 */
export async function updatePoolProviderStatus(
  tx: Transaction,
  work_pool_id: string,
  seen: { readonly is_ready: boolean; readonly status: JsonObject },
  now: Timestamp,
): Promise<void> {
  const status = seen.is_ready ? 'READY' : 'NOT_READY'
  await tx.query(sql`
    update work_pool
    set provider_status = ${json(seen.status)},
      status = case when is_paused then 'PAUSED' else ${status} end,
      last_status_change = case when status = ${status} then last_status_change else ${now}::timestamptz end
    where id = ${work_pool_id}
      and (
        (status <> ${status} and not is_paused)
        or provider_status is null
        or (provider_status ->> 'ok') is distinct from ${seen.status['ok'] === true ? 'true' : 'false'}
        or (provider_status -> 'fault' ->> 'code') is distinct from ${faultCode(seen.status)}
      )
  `)
}

function faultCode(status: JsonObject): string | null {
  const fault = status['fault']
  if (typeof fault !== 'object' || fault === null || Array.isArray(fault)) return null
  const { code } = fault as JsonObject
  return typeof code === 'string' ? code : null
}
