import { SlipwayError } from '../../errors.ts'
import { readBody } from '../json-body.ts'

/** Control frames are small; events are read elsewhere. */
const MOST_CHARACTERS = 256 * 1_024

export interface Frame {
  readonly type: string
  readonly [key: string]: unknown
}

/** A frame `{"type": …}`; null for anything else, a missing one too. */
export function parseFrame(text: string | null): Frame | null {
  const value = text === null || text.length > MOST_CHARACTERS ? null : parseJsonFrame(text)
  if (typeof value !== 'object' || value === null || !('type' in value)) return null
  return typeof value.type === 'string' ? { ...value, type: value.type } : null
}

/** Read like the body of a request, with its limits; undefined: no JSON that could be stored. */
export function parseJsonFrame(text: string): unknown {
  try {
    const { value, issues } = readBody(Buffer.from(text), undefined)
    return issues.length === 0 ? value : undefined
  } catch (error) {
    if (error instanceof SlipwayError) return undefined
    throw error
  }
}
