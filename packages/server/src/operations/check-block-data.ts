import { type Json, type JsonObject, toPlain } from '@slipway/contract'
import { validateGcpCredentialsBlock } from '../domain/credentials/gcp.ts'
import { problem } from '../errors.ts'

/**
 * What a person saves through our own tools is checked before it is kept; other clients may save a block in parts.
 * Returns the data to keep: a key that was pasted as text becomes the object that it says.
 */
export function checkBlockData(block_type_slug: string, data: JsonObject): JsonObject {
  if (block_type_slug !== 'gcp-credentials') return data
  const checked = validateGcpCredentialsBlock(toPlain(data) as Record<string, unknown>)
  // The reason never repeats a secret.
  if ('error' in checked) throw problem(422, checked.error)
  const { service_account_info } = data
  if (typeof service_account_info !== 'string') return data
  return { ...data, service_account_info: JSON.parse(service_account_info) as Json }
}
