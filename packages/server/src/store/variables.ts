import type { Json } from '@slipway/contract'
import type { Queryable } from './database.ts'
import { sql } from './sql.ts'

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
