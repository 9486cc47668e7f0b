import type { Json, Timestamp, VariableFilter, VariableSort } from '@slipway/contract'
import type { Queryable, Transaction } from './database.ts'
import { andAlso } from './filters/conditions.ts'
import { variableCondition, variableOrder } from './filters/variables.ts'
import type { VariableRow } from './rows.ts'
import { json, type Sql, sql } from './sql.ts'

const columns = sql`v.id, v.workspace_id, v.created, v.updated, v.name, v.value, v.tags`

/** By name or by id: both are unique in a workspace. */
export type VariableKey = { readonly id: string } | { readonly name: string }

function named(key: VariableKey): Sql {
  return 'id' in key ? sql`v.id = ${key.id}` : sql`v.name = ${key.name}`
}

export async function listVariableValues(
  db: Queryable,
  workspace_id: string,
  names: readonly string[],
): Promise<readonly { readonly name: string; readonly value: Json }[]> {
  return await db.query(sql`
    select name, value
    from variable
    where workspace_id = ${workspace_id}
      and name = any(${names}::text[])
    order by name
  `)
}

export async function findVariable(db: Queryable, workspace_id: string, key: VariableKey): Promise<VariableRow | null> {
  const [row] = await db.query<VariableRow>(sql`
    select ${columns}
    from variable v
    where v.workspace_id = ${workspace_id}
      and ${named(key)}
  `)
  return row ?? null
}

export interface VariableSelection {
  readonly filter: VariableFilter | null
  readonly sort: VariableSort
  readonly limit: number
  readonly offset: number
}

export async function listVariables(
  db: Queryable,
  workspace_id: string,
  { filter, sort, limit, offset }: VariableSelection,
): Promise<readonly VariableRow[]> {
  return await db.query<VariableRow>(sql`
    select ${columns}
    from variable v
    where v.workspace_id = ${workspace_id}${andAlso(variableCondition(filter))}
    order by ${variableOrder(sort)}
    limit ${limit}
    offset ${offset}
  `)
}

export async function countVariables(
  db: Queryable,
  workspace_id: string,
  filter: VariableFilter | null,
): Promise<number> {
  const [row] = await db.query<{ count: number }>(sql`
    select count(*) as count
    from variable v
    where v.workspace_id = ${workspace_id}${andAlso(variableCondition(filter))}
  `)
  return row?.count ?? 0
}

/** Null when the name is taken. */
export async function insertVariable(
  tx: Transaction,
  { id, workspace_id, name, value, tags, created }: Omit<VariableRow, 'updated'>,
): Promise<VariableRow | null> {
  const [row] = await tx.query<VariableRow>(sql`
    insert into variable as v (id, workspace_id, created, updated, name, value, tags)
    values (${id}, ${workspace_id}, ${created}, ${created}, ${name}, ${json(value)}, ${tags})
    on conflict (workspace_id, name) do nothing
    returning ${columns}
  `)
  return row ?? null
}

/** A key that is absent stays as it is; so does a name or a list of tags that is null. */
export interface VariablePatch {
  readonly name?: string | null
  readonly value?: Json
  readonly tags?: readonly string[] | null
}

export async function updateVariable(
  tx: Transaction,
  workspace_id: string,
  key: VariableKey,
  patch: VariablePatch,
  now: Timestamp,
): Promise<VariableRow | null> {
  const [row] = await tx.query<VariableRow>(sql`
    update variable v
    set name = coalesce(${patch.name ?? null}::text, v.name),
      value = case when ${patch.value !== undefined} then ${json(patch.value ?? null)} else v.value end,
      tags = coalesce(${patch.tags ?? null}::text[], v.tags),
      updated = ${now}
    where v.workspace_id = ${workspace_id}
      and ${named(key)}
    returning ${columns}
  `)
  return row ?? null
}

export async function deleteVariable(
  tx: Transaction,
  workspace_id: string,
  key: VariableKey,
): Promise<VariableRow | null> {
  const [row] = await tx.query<VariableRow>(sql`
    delete from variable v
    where v.workspace_id = ${workspace_id}
      and ${named(key)}
    returning ${columns}
  `)
  return row ?? null
}
