import type { Json, Timestamp } from '@slipway/contract'
import type { Queryable, Transaction } from './database.ts'
import { sql } from './sql.ts'

export interface InstallationRow {
  readonly install_id: string
  readonly vault_check: Json
}

export async function findInstallation(db: Queryable): Promise<InstallationRow | null> {
  const [row] = await db.query<InstallationRow>(sql`
    select install_id, vault_check
    from installation
  `)
  return row ?? null
}

/** The first server to start gives the installation its id and its key's check value; later ones find them. */
export async function insertInstallation(
  tx: Transaction,
  install_id: string,
  vault_check: Json,
  now: Timestamp,
): Promise<void> {
  await tx.query(sql`
    insert into installation (install_id, vault_check, created)
    values (${install_id}, ${JSON.stringify(vault_check)}::json, ${now})
    on conflict do nothing
  `)
}

export interface WorkspaceRow {
  readonly id: string
  readonly account_id: string
  readonly name: string
}

export async function insertDefaultWorkspace(tx: Transaction, workspace: WorkspaceRow, now: Timestamp): Promise<void> {
  await tx.query(sql`
    insert into workspace (id, account_id, name, is_default, created)
    values (${workspace.id}, ${workspace.account_id}, ${workspace.name}, true, ${now})
    on conflict do nothing
  `)
}

export async function findDefaultWorkspace(db: Queryable): Promise<WorkspaceRow | null> {
  const [row] = await db.query<WorkspaceRow>(sql`
    select id, account_id, name
    from workspace
    where is_default
  `)
  return row ?? null
}

export async function findWorkspace(db: Queryable, account_id: string, id: string): Promise<WorkspaceRow | null> {
  const [row] = await db.query<WorkspaceRow>(sql`
    select id, account_id, name
    from workspace
    where id = ${id}
      and account_id = ${account_id}
  `)
  return row ?? null
}

/** A number for this server process; see store/server-lock.ts. */
export async function nextServerId(db: Queryable): Promise<number> {
  const [row] = await db.query<{ id: number }>(sql`select nextval('server_id')::int as id`)
  if (row === undefined) throw new Error('A sequence always has a next value')
  return row.id
}

/** Throws when the database does not answer. */
export async function ping(db: Queryable): Promise<void> {
  await db.query(sql`select 1 as one`)
}
