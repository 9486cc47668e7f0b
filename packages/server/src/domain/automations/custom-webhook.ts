import { isRawNumber, type Json, type JsonObject } from '@slipway/contract'
import { isJsonObject } from '../json-object.ts'
import type { Prepared } from './outgoing.ts'

/** A call that a block describes in full; `{{subject}}`, `{{body}}`, `{{name}}` and the names of its secrets stand for values. */
export function customWebhookCall(
  data: JsonObject,
  message: { readonly subject: string; readonly body: string },
): Prepared {
  const secrets = isJsonObject(data['secrets']) ? data['secrets'] : {}
  const values: JsonObject = { ...secrets, name: data['name'] ?? '', ...message }
  const filled = fill(data, values)
  const { url, method, params, json_data, form_data, headers: given, cookies } = isJsonObject(filled) ? filled : {}
  if (typeof url !== 'string' || URL.parse(url) === null) {
    return { kind: 'refused', reason: 'The custom-webhook block has no valid URL' }
  }
  if ((json_data ?? null) !== null && (form_data ?? null) !== null) {
    return { kind: 'refused', reason: 'The custom-webhook block has both JSON data and form data' }
  }
  const address = new URL(url)
  for (const [name, value] of entriesOf(params)) address.searchParams.append(name, value)
  const content = contentOf(json_data ?? null, form_data ?? null)
  const cookie = entriesOf(cookies).map(([name, value]) => `${name}=${value}`)
  return {
    kind: 'prepared',
    allow_private: data['allow_private_urls'] !== false,
    requests: [
      {
        method: typeof method === 'string' ? method : 'POST',
        url: address.href,
        headers: {
          ...(content.type === null ? {} : { 'content-type': content.type }),
          ...(cookie.length === 0 ? {} : { cookie: cookie.join('; ') }),
          ...Object.fromEntries(entriesOf(given).map(([name, value]) => [name.toLowerCase(), value])),
        },
        body: content.body,
        verify: true,
      },
    ],
  }
}

function contentOf(json_data: Json, form_data: Json): { readonly type: string | null; readonly body: string | null } {
  if (json_data !== null) return { type: 'application/json', body: JSON.stringify(json_data) }
  if (typeof form_data === 'string') return { type: null, body: form_data }
  if (form_data === null) return { type: null, body: null }
  const form = new URLSearchParams(Object.fromEntries(entriesOf(form_data)))
  return { type: 'application/x-www-form-urlencoded', body: form.toString() }
}

function entriesOf(value: Json | undefined): readonly (readonly [string, string])[] {
  return isJsonObject(value) ? Object.entries(value).map(([name, item]) => [name, textOf(item)] as const) : []
}

const PLACEHOLDER = /\{\{\s*([\w.-]+)\s*\}\}/g
const ONLY_PLACEHOLDER = /^\{\{\s*([\w.-]+)\s*\}\}$/

/** Once: a value that looks like a placeholder stays what it is. An unknown name stands for nothing. */
function fill(value: Json, values: JsonObject): Json {
  if (typeof value === 'string') {
    const whole = ONLY_PLACEHOLDER.exec(value)?.[1]
    if (whole !== undefined) return Object.hasOwn(values, whole) ? (values[whole] ?? '') : ''
    return value.replaceAll(PLACEHOLDER, (_, name: string) => (Object.hasOwn(values, name) ? textOf(values[name]) : ''))
  }
  if (typeof value !== 'object' || value === null || isRawNumber(value)) return value
  if (Array.isArray(value)) return value.map((item: Json) => fill(item, values))
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fill(item, values)]))
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? '')
}
