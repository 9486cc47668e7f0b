import type { JsonObject } from '@slipway/contract'
import { isJsonObject } from '../json-object.ts'
import type { Prepared } from './outgoing.ts'

/** The call of a webhook block. A payload is sent as it was rendered; when it is JSON, that is told. */
export function webhookCall(data: JsonObject, payload: string): Prepared {
  const { url, method } = data
  if (typeof url !== 'string' || url === '') return { kind: 'refused', reason: 'The webhook block has no URL' }
  const given = isJsonObject(data['headers']) ? Object.entries(data['headers']) : []
  const headers = Object.fromEntries(
    given.map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
  )
  const isTyped = given.some(([name]) => name.toLowerCase() === 'content-type')
  return {
    kind: 'prepared',
    allow_private: data['allow_private_urls'] !== false,
    requests: [
      {
        method: typeof method === 'string' ? method : 'POST',
        url,
        headers: isTyped || !isJson(payload) ? headers : { 'content-type': 'application/json', ...headers },
        body: payload === '' ? null : payload,
        verify: data['verify'] !== false,
      },
    ],
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch (error) {
    if (error instanceof SyntaxError) return false
    throw error
  }
}
