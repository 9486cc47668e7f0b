/** Pages of a list, the newest first, behind opaque tokens that stay right while items come and go. */
import { type JsonObject, numberOf, textOf } from '../json.ts'
import { invalidField } from './errors.ts'

const DEFAULT_SIZE = 100
const LARGEST_SIZE = 1_000

export interface Page<Item> {
  readonly items: readonly Item[]
  /** Holds the token when there is more. */
  readonly page: JsonObject
}

export function listPage<Item extends { readonly sequence: number }>(
  all: readonly Item[],
  parent: string,
  request: JsonObject,
): Page<Item> {
  const asked = numberOf(request, 'pageSize') ?? 0
  if (asked < 0) throw invalidField('page_size', 'page_size: must not be negative.')
  const size = asked === 0 ? DEFAULT_SIZE : Math.min(asked, LARGEST_SIZE)
  const before = readToken(textOf(request, 'pageToken') ?? '', parent)
  const rest = all.filter(({ sequence }) => sequence < before).sort((a, b) => b.sequence - a.sequence)
  const items = rest.slice(0, size)
  const last = items.at(-1)
  const hasMore = rest.length > items.length && last !== undefined
  return { items, page: hasMore ? { nextPageToken: writeToken(last.sequence, parent) } : {} }
}

/** The answer to a list. An empty list is left out, as Google does. */
export const listed = (key: string, items: readonly JsonObject[], page: JsonObject): JsonObject =>
  items.length === 0 ? page : { [key]: items, ...page }

const writeToken = (sequence: number, parent: string): string =>
  Buffer.from(JSON.stringify([sequence, parent])).toString('base64url')

function readToken(token: string, parent: string): number {
  if (token === '') return Number.POSITIVE_INFINITY
  try {
    const parsed: unknown = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'))
    if (Array.isArray(parsed) && typeof parsed[0] === 'number' && parsed[1] === parent) return parsed[0]
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  throw invalidField('page_token', 'page_token: The page token is not valid for this list.')
}
