import type { Timestamp } from '@slipway/contract'
import type { Queryable } from './database.ts'
import type { ApiKeyRow } from './rows.ts'
import { sql } from './sql.ts'

const apiKeyColumns = sql`
  k.id, k.workspace_id, k.name, k.scopes, k.token_hash, k.token_hint, k.created, k.expires, k.last_used, k.revoked`
const MOST_LISTED = 1_000

export interface NewApiKey {
  readonly id: string
  readonly workspace_id: string
  readonly name: string
  readonly scopes: readonly string[]
  /** Hexadecimal. */
  readonly token_hash: string
  readonly token_hint: string
  readonly created: Timestamp
  readonly expires: Timestamp | null
}

/** False: a key of that name exists. One that opens nothing any more makes room. */
export async function insertApiKey(db: Queryable, key: NewApiKey): Promise<boolean> {
  const rows = await db.query(sql`
    insert into api_key (id, workspace_id, name, scopes, token_hash, token_hint, created, expires)
    values (${key.id}, ${key.workspace_id}, ${key.name}, ${key.scopes}::text[], decode(${key.token_hash}, 'hex'),
      ${key.token_hint}, ${key.created}, ${key.expires})
    on conflict (workspace_id, name) do update
    set id = excluded.id,
      scopes = excluded.scopes,
      token_hash = excluded.token_hash,
      token_hint = excluded.token_hint,
      created = excluded.created,
      expires = excluded.expires,
      last_used = null,
      revoked = null
    where api_key.revoked is not null
      or api_key.expires <= excluded.created
    returning id
  `)
  return rows.length > 0
}

/** Keys that still open something, and those that no longer do; the newest first. */
export async function listApiKeys(db: Queryable, workspace_id: string): Promise<readonly ApiKeyRow[]> {
  return await db.query<ApiKeyRow>(sql`
    select ${apiKeyColumns}
    from api_key k
    where k.workspace_id = ${workspace_id}
    order by k.created desc, k.id desc
    limit ${MOST_LISTED}
  `)
}

/** False: there is no such key that still opens something. */
export async function updateApiKeyRevoked(
  db: Queryable,
  workspace_id: string,
  id: string,
  now: Timestamp,
): Promise<boolean> {
  const rows = await db.query(sql`
    update api_key
    set revoked = ${now}
    where id = ${id}
      and workspace_id = ${workspace_id}
      and revoked is null
    returning id
  `)
  return rows.length > 0
}

/** Null when there is no such key, or no longer. Which key it is comes by its hash, so nothing is compared in time. */
export async function findApiKey(db: Queryable, token_hash: string, now: Timestamp): Promise<ApiKeyRow | null> {
  const [row] = await db.query<ApiKeyRow>(sql`
    select ${apiKeyColumns}
    from api_key k
    where k.token_hash = decode(${token_hash}, 'hex')
      and k.revoked is null
      and (k.expires is null or k.expires > ${now})
  `)
  return row ?? null
}

export async function touchApiKey(db: Queryable, id: string, now: Timestamp): Promise<void> {
  await db.query(sql`
    update api_key
    set last_used = ${now}
    where id = ${id}
  `)
}
