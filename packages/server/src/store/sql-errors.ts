/** What PostgreSQL says with a refused statement, as far as callers decide by it. */
interface SqlError {
  readonly code: string
  readonly constraint: string | undefined
}

const SQLSTATE = /^[0-9A-Z]{5}$/

/** The SQLSTATE and constraint of a statement's error; null for anything else (a lost connection, a bug). */
export function sqlErrorOf(error: unknown): SqlError | null {
  if (!(error instanceof Error) || !('code' in error) || !('severity' in error)) return null
  if (typeof error.code !== 'string' || !SQLSTATE.test(error.code)) return null
  const constraint = 'constraint' in error && typeof error.constraint === 'string' ? error.constraint : undefined
  return { code: error.code, constraint }
}

/** Of this constraint or unique index; of any without one. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  const found = sqlErrorOf(error)
  return found?.code === '23505' && (constraint === undefined || found.constraint === constraint)
}

export function isForeignKeyViolation(error: unknown, constraint?: string): boolean {
  const found = sqlErrorOf(error)
  return found?.code === '23503' && (constraint === undefined || found.constraint === constraint)
}

/** The transaction lost against another one (serialization failure or deadlock) and may be tried again as a whole. */
export function isSerializationFailure(error: unknown): boolean {
  const code = sqlErrorOf(error)?.code
  return code === '40001' || code === '40P01'
}
