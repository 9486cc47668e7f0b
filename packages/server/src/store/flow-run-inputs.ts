import type { Queryable } from './database.ts'
import type { FlowRunInputRow } from './rows.ts'
import { sql } from './sql.ts'

const columns = sql`i.id, i.workspace_id, i.created, i.updated, i.flow_run_id, i.key, i.value, i.sender`

export type NewFlowRunInput = Omit<FlowRunInputRow, 'updated'>

/** Null when there is no such run; a key that exists is a violation of its unique constraint. */
export async function insertFlowRunInput(db: Queryable, input: NewFlowRunInput): Promise<FlowRunInputRow | null> {
  const [row] = await db.query<FlowRunInputRow>(sql`
    insert into flow_run_input as i (id, workspace_id, created, updated, flow_run_id, key, value, sender)
    select ${input.id}::uuid, r.workspace_id, ${input.created}::timestamptz, ${input.created}::timestamptz, r.id, ${input.key}::text,
      ${input.value}::text, ${input.sender}::text
    from flow_run r
    where r.workspace_id = ${input.workspace_id}
      and r.id = ${input.flow_run_id}
    returning ${columns}
  `)
  return row ?? null
}

export async function findFlowRunInput(
  db: Queryable,
  workspace_id: string,
  flow_run_id: string,
  key: string,
): Promise<FlowRunInputRow | null> {
  const [row] = await db.query<FlowRunInputRow>(sql`
    select ${columns}
    from flow_run_input i
    where i.workspace_id = ${workspace_id}
      and i.flow_run_id = ${flow_run_id}
      and i.key = ${key}
  `)
  return row ?? null
}

export interface FlowRunInputSelection {
  readonly flow_run_id: string
  readonly prefix: string
  readonly exclude_keys: readonly string[]
  readonly limit: number
}

/** Oldest first. */
export async function listFlowRunInputs(
  db: Queryable,
  workspace_id: string,
  { flow_run_id, prefix, exclude_keys, limit }: FlowRunInputSelection,
): Promise<readonly FlowRunInputRow[]> {
  return await db.query<FlowRunInputRow>(sql`
    select ${columns}
    from flow_run_input i
    where i.workspace_id = ${workspace_id}
      and i.flow_run_id = ${flow_run_id}
      and starts_with(i.key, ${prefix})
      and i.key <> all(${exclude_keys}::text[])
    order by i.created, i.id
    limit ${limit}
  `)
}

/** False when there is none. */
export async function deleteFlowRunInput(
  db: Queryable,
  workspace_id: string,
  flow_run_id: string,
  key: string,
): Promise<boolean> {
  const rows = await db.query<{ id: string }>(sql`
    delete from flow_run_input i
    where i.workspace_id = ${workspace_id}
      and i.flow_run_id = ${flow_run_id}
      and i.key = ${key}
    returning i.id
  `)
  return rows.length === 1
}
