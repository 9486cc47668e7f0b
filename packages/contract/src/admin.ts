import { Type, type Static } from 'typebox'
import { Uuid } from './ids.ts'
import { DateTime } from './json.ts'
import { Nullable } from './schema.ts'

export const CsrfToken = Type.Object({
  id: Uuid,
  created: Nullable(DateTime),
  updated: Nullable(DateTime),
  token: Type.String(),
  client: Type.String(),
  expiration: DateTime,
})
export type CsrfToken = Static<typeof CsrfToken>

export const ServerDefaultResultStorage = Type.Object({
  default_result_storage_block_id: Nullable(Uuid),
})
export type ServerDefaultResultStorage = Static<typeof ServerDefaultResultStorage>

export const ServerDefaultResultStorageUpdate = Type.Object({
  default_result_storage_block_id: Uuid,
})
export type ServerDefaultResultStorageUpdate = Static<typeof ServerDefaultResultStorageUpdate>
