import { problem } from '../errors.ts'

/** What the caller names does not exist, or not in this workspace; in the words that clients know for it. */
export function integrityConflict(): Error {
  return problem(
    409,
    'Data integrity conflict. This usually means a unique or foreign key constraint was violated. See server logs for details.',
  )
}
