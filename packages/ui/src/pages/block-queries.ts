import type { BlockDocument, BlockSchema, BlockType, JsonObject } from '@slipway/contract'
import { useQuery } from '@tanstack/react-query'
import { api } from '../api/client.ts'

export interface TypeWithSchema {
  readonly type: BlockType
  readonly schema: BlockSchema | null
}

/** A block type with the newest of its schemas. */
export function useBlockType(slug: string) {
  return useQuery({
    queryKey: ['block-types', slug],
    staleTime: 60_000,
    queryFn: async ({ signal }): Promise<TypeWithSchema> => {
      const type = await api.get<BlockType>(`/block_types/slug/${encodeURIComponent(slug)}`, signal)
      const body = { block_schemas: { block_type_id: { any_: [type.id] } }, limit: 1 }
      const [schema = null] = await api.post<BlockSchema[]>('/block_schemas/filter', body, { signal })
      return { type, schema }
    },
  })
}

/** What the server refuses to keep, it refuses now, with the reason. */
export function createBlock(name: string, { type, schema }: TypeWithSchema, data: JsonObject): Promise<BlockDocument> {
  if (schema === null) throw new Error(`${type.name} has no schema on this server.`)
  return api.post<BlockDocument>(
    '/block_documents/',
    { name, data, block_type_id: type.id, block_schema_id: schema.id },
    { headers: { 'slipway-validate': 'true' } },
  )
}
