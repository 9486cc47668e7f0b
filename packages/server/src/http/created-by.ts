import { isUuid, type JsonObject } from '@slipway/contract'
import type { FastifyRequest } from 'fastify'

/** Which automation asks, when one does: its id and its name (base64) come as headers. */
export function createdBy({ headers }: Pick<FastifyRequest, 'headers'>): JsonObject | null {
  const id = headers['prefect-automation-id']
  const name = headers['prefect-automation-name']
  if (typeof id !== 'string' || typeof name !== 'string' || !isUuid(id.toLowerCase())) return null
  const display_value = Buffer.from(name, 'base64').toString('utf8')
  return display_value === '' ? null : { id: id.toLowerCase(), type: 'AUTOMATION', display_value }
}
