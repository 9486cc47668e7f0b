import type { Json, Timestamp } from '@slipway/contract'
import type { Queryable } from './database.ts'
import { json, sql } from './sql.ts'

/** Null when nothing was set. */
export async function findSetting(db: Queryable, workspace_id: string, key: string): Promise<Json> {
  const [row] = await db.query<{ value: Json }>(sql`
    select value
    from workspace_setting
    where workspace_id = ${workspace_id}
      and key = ${key}
  `)
  return row?.value ?? null
}

export async function writeSetting(
  db: Queryable,
  workspace_id: string,
  setting: { readonly key: string; readonly value: string },
  now: Timestamp,
): Promise<void> {
  await db.query(sql`
    insert into workspace_setting (workspace_id, key, value, updated)
    values (${workspace_id}, ${setting.key}, ${json(setting.value)}, ${now})
    on conflict (workspace_id, key) do update
    set value = excluded.value,
      updated = excluded.updated
  `)
}

export async function removeSetting(db: Queryable, workspace_id: string, key: string): Promise<void> {
  await db.query(sql`
    delete from workspace_setting
    where workspace_id = ${workspace_id}
      and key = ${key}
  `)
}
