import type { Action, AutomationFilter, AutomationSort, Timestamp, Trigger } from '@slipway/contract'
import type { Queryable, Transaction } from './database.ts'
import { automationCondition } from './filters/automations.ts'
import { andAlso } from './filters/conditions.ts'
import type { AutomationRow } from './rows.ts'
import { json, type Sql, sql } from './sql.ts'

const columns = sql`
  a.id, a.workspace_id, a.created, a.updated, a.name, a.description, a.enabled, a.tags, a.trigger, a.actions,
  a.actions_on_trigger, a.actions_on_resolve, a.owner_resource, a.related_resources`

export async function findAutomation(db: Queryable, workspace_id: string, id: string): Promise<AutomationRow | null> {
  const [row] = await db.query<AutomationRow>(sql`
    select ${columns}
    from automation a
    where a.id = ${id}
      and a.workspace_id = ${workspace_id}
  `)
  return row ?? null
}

export async function lockAutomation(tx: Transaction, workspace_id: string, id: string): Promise<AutomationRow | null> {
  const [row] = await tx.query<AutomationRow>(sql`
    select ${columns}
    from automation a
    where a.id = ${id}
      and a.workspace_id = ${workspace_id}
    for no key update
  `)
  return row ?? null
}

/** Of any workspace: for the evaluation of events, which knows them by their ids. */
export async function listAutomationsById(db: Queryable, ids: readonly string[]): Promise<readonly AutomationRow[]> {
  return await db.query<AutomationRow>(sql`
    select ${columns}
    from automation a
    where a.id = any(${ids}::uuid[])
    order by a.id
  `)
}

export interface AutomationSelection {
  readonly filter: AutomationFilter | null
  readonly sort: AutomationSort
  readonly limit: number
  readonly offset: number
}

export async function listAutomations(
  db: Queryable,
  workspace_id: string,
  { filter, sort, limit, offset }: AutomationSelection,
): Promise<readonly AutomationRow[]> {
  return await db.query<AutomationRow>(sql`
    select ${columns}
    from automation a
    where a.workspace_id = ${workspace_id}${andAlso(automationCondition(filter))}
    order by ${orderOf(sort)}
    limit ${limit}
    offset ${offset}
  `)
}

function orderOf(sort: AutomationSort): Sql {
  switch (sort) {
    case 'CREATED_DESC':
      return sql`a.created desc, a.id`
    case 'UPDATED_DESC':
      return sql`a.updated desc, a.id`
    case 'NAME_ASC':
      return sql`a.name, a.id`
    case 'NAME_DESC':
      return sql`a.name desc, a.id`
  }
}

export async function countAutomations(
  db: Queryable,
  workspace_id: string,
  filter: AutomationFilter | null,
): Promise<number> {
  const [row] = await db.query<{ count: number }>(sql`
    select count(*) as count
    from automation a
    where a.workspace_id = ${workspace_id}${andAlso(automationCondition(filter))}
  `)
  return row?.count ?? 0
}

const MOST_RELATED = 200

/** Those that belong to a resource or act on it. */
export async function listAutomationsRelatedTo(
  db: Queryable,
  workspace_id: string,
  resource: string,
): Promise<readonly AutomationRow[]> {
  return await db.query<AutomationRow>(sql`
    select ${columns}
    from automation a
    where a.workspace_id = ${workspace_id}
      and a.related_resources @> array[${resource}]::text[]
    order by a.name, a.id
    limit ${MOST_RELATED}
  `)
}

/** A row whose JSON columns are what they were validated as. */
export interface AutomationValues extends Omit<
  AutomationRow,
  'updated' | 'trigger' | 'actions' | 'actions_on_trigger' | 'actions_on_resolve'
> {
  readonly trigger: Trigger
  readonly actions: readonly Action[]
  readonly actions_on_trigger: readonly Action[]
  readonly actions_on_resolve: readonly Action[]
}

export async function insertAutomation(tx: Transaction, values: AutomationValues): Promise<AutomationRow> {
  const [row] = await tx.query<AutomationRow>(sql`
    insert into automation as a (id, workspace_id, created, updated, name, description, enabled, tags, trigger, actions,
      actions_on_trigger, actions_on_resolve, owner_resource, related_resources)
    values (${values.id}, ${values.workspace_id}, ${values.created}, ${values.created}, ${values.name},
      ${values.description}, ${values.enabled}, ${values.tags}, ${json(values.trigger)}, ${json(values.actions)},
      ${json(values.actions_on_trigger)}, ${json(values.actions_on_resolve)}, ${values.owner_resource},
      ${values.related_resources})
    returning ${columns}
  `)
  if (row === undefined) throw new Error('An insert returned no row')
  return row
}

/** The caller holds its lock. */
export async function updateAutomation(
  tx: Transaction,
  values: AutomationValues,
  now: Timestamp,
): Promise<AutomationRow> {
  const [row] = await tx.query<AutomationRow>(sql`
    update automation a
    set name = ${values.name},
      description = ${values.description},
      enabled = ${values.enabled},
      tags = ${values.tags},
      trigger = ${json(values.trigger)},
      actions = ${json(values.actions)},
      actions_on_trigger = ${json(values.actions_on_trigger)},
      actions_on_resolve = ${json(values.actions_on_resolve)},
      related_resources = ${values.related_resources},
      updated = ${now}
    where a.id = ${values.id}
    returning ${columns}
  `)
  if (row === undefined) throw new Error('A locked automation is gone')
  return row
}

export async function updateAutomationEnabled(
  tx: Transaction,
  workspace_id: string,
  id: string,
  { enabled, now }: { readonly enabled: boolean | null; readonly now: Timestamp },
): Promise<AutomationRow | null> {
  const [row] = await tx.query<AutomationRow>(sql`
    update automation a
    set enabled = coalesce(${enabled}::boolean, a.enabled),
      updated = ${now}
    where a.id = ${id}
      and a.workspace_id = ${workspace_id}
    returning ${columns}
  `)
  return row ?? null
}

export async function deleteAutomation(
  tx: Transaction,
  workspace_id: string,
  id: string,
): Promise<AutomationRow | null> {
  const [row] = await tx.query<AutomationRow>(sql`
    delete from automation a
    where a.id = ${id}
      and a.workspace_id = ${workspace_id}
    returning ${columns}
  `)
  return row ?? null
}

export async function deleteAutomationsOwnedBy(
  tx: Transaction,
  workspace_id: string,
  resource: string,
): Promise<readonly AutomationRow[]> {
  return await tx.query<AutomationRow>(sql`
    delete from automation a
    where a.workspace_id = ${workspace_id}
      and a.owner_resource = ${resource}
    returning ${columns}
  `)
}
