import type { Json, Timestamp } from '@slipway/contract'
import type { Queryable } from './database.ts'
import type { SavedSearchRow } from './rows.ts'
import { json, sql } from './sql.ts'

const columns = sql`s.id, s.workspace_id, s.created, s.updated, s.name, s.filters`

/** `xmax` is nought in a row that was inserted, not updated. */
export async function upsertSavedSearch(
  db: Queryable,
  {
    id,
    workspace_id,
    name,
    filters,
    now,
  }: {
    readonly id: string
    readonly workspace_id: string
    readonly name: string
    readonly filters: readonly Json[]
    readonly now: Timestamp
  },
): Promise<SavedSearchRow & { readonly is_new: boolean }> {
  const [row] = await db.query<SavedSearchRow & { is_new: boolean }>(sql`
    insert into saved_search as s (id, workspace_id, created, updated, name, filters)
    values (${id}, ${workspace_id}, ${now}, ${now}, ${name}, ${json(filters)})
    on conflict (workspace_id, name) do update
    set filters = excluded.filters,
      updated = excluded.updated
    returning ${columns}, s.xmax = 0 as is_new
  `)
  if (row === undefined) throw new Error('An upsert returned no row')
  return row
}

export async function findSavedSearch(db: Queryable, workspace_id: string, id: string): Promise<SavedSearchRow | null> {
  const [row] = await db.query<SavedSearchRow>(sql`
    select ${columns}
    from saved_search s
    where s.id = ${id}
      and s.workspace_id = ${workspace_id}
  `)
  return row ?? null
}

export async function listSavedSearches(
  db: Queryable,
  workspace_id: string,
  { limit, offset }: { readonly limit: number; readonly offset: number },
): Promise<readonly SavedSearchRow[]> {
  return await db.query<SavedSearchRow>(sql`
    select ${columns}
    from saved_search s
    where s.workspace_id = ${workspace_id}
    order by s.name, s.id
    limit ${limit}
    offset ${offset}
  `)
}

/** False when there is none. */
export async function deleteSavedSearch(db: Queryable, workspace_id: string, id: string): Promise<boolean> {
  const rows = await db.query<{ id: string }>(sql`
    delete from saved_search
    where id = ${id}
      and workspace_id = ${workspace_id}
    returning id
  `)
  return rows.length === 1
}
