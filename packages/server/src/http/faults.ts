import { SlipwayError, problem } from '../errors.ts'
import { sqlErrorOf } from '../store/sql-errors.ts'

const RETRY_SECONDS = '2'
/** The connection is gone or refused, as Node and `pg` name it. */
const CONNECTION_CODES = new Set(['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EPIPE', 'ENOTFOUND', 'EHOSTUNREACH'])
const CONNECTION_MESSAGES =
  /connection terminated|timeout exceeded when trying to connect|client has encountered a connection error/i
/** Classes 08 (connection), 53 (out of resources) and 57P (shutting down); 40 and 55P: lost against another transaction. */
const BUSY = /^(?:08|53|57P|40|55P)|^57014$/
/** Text or numbers that passed the contract and yet cannot be stored. */
const UNSTORABLE = new Set(['22P05', '22021', '22003', '22008', '54001'])

/** The answer to anything that a handler throws; null for a bug, which is answered with 500 and logged. */
export function answerTo(error: unknown): SlipwayError | null {
  if (error instanceof SlipwayError) return error
  const sql = sqlErrorOf(error)
  if (sql === null) return isConnectionFault(error) ? unavailable() : null
  if (BUSY.test(sql.code)) return unavailable()
  if (sql.code === '23505' || sql.code === '23503') {
    return problem(
      409,
      'Data integrity conflict. This usually means a unique or foreign key constraint was violated. See server logs for details.',
    )
  }
  return UNSTORABLE.has(sql.code) ? problem(422, 'The request holds a value that cannot be stored.') : null
}

function unavailable(): SlipwayError {
  return new SlipwayError(503, { exception_message: 'Service Unavailable' }, { 'retry-after': RETRY_SECONDS })
}

function isConnectionFault(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isConnectionFault)
  if (!(error instanceof Error)) return false
  if ('code' in error && typeof error.code === 'string' && CONNECTION_CODES.has(error.code)) return true
  return CONNECTION_MESSAGES.test(error.message)
}
