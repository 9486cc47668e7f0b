import { Client } from 'pg'
import { StartupError } from '../errors.ts'
import { sqlErrorOf } from './sql-errors.ts'

/** Throws when the driver would make something else of it: it takes `nonsense` for the host "base". */
export function checkUrl(url: string): void {
  if (targetOf(url) === null) throw invalidUrl()
}

function invalidUrl(): StartupError {
  return new StartupError(
    'The database URL is not valid. Next: give --database-url (or SLIPWAY_DATABASE_URL) as postgresql://user:password@host:5432/database; percent-encode special characters.',
  )
}

/** What to do about a connection that could not be made. The URL is never printed: it holds the password. */
export function unreachable(url: string, error: unknown): StartupError {
  const target = targetOf(url)
  if (target === null) return invalidUrl()
  const { where, user, database } = target
  const code = sqlErrorOf(error)?.code ?? ''
  switch (code) {
    case '28P01':
    case '28000':
      return new StartupError(
        `PostgreSQL at ${where} refused the user "${user}" (${reasonOf(error)}). Next: check user and password in --database-url and the server's pg_hba.conf.`,
        { cause: error },
      )
    case '3D000':
      return new StartupError(
        `PostgreSQL at ${where} has no database "${database}". Next: create it (create database "${database}") or correct --database-url.`,
        { cause: error },
      )
    case '53300':
      return new StartupError(
        `PostgreSQL at ${where} has no free connection. Next: raise its max_connections or stop other clients.`,
        { cause: error },
      )
    default:
      return new StartupError(
        `Cannot reach PostgreSQL at ${where} (${reasonOf(error)}). Next: check that it runs and that --database-url (or SLIPWAY_DATABASE_URL) names it, or leave the option out to use the embedded PostgreSQL.`,
        { cause: error },
      )
  }
}

function targetOf(url: string): { where: string; user: string; database: string } | null {
  if (!/^postgres(?:ql)?:\/\//.test(url)) return null
  try {
    const { host, port, user, database } = new Client({ connectionString: url })
    return { where: host.startsWith('/') ? host : `${host}:${port}`, user: user ?? '', database: database ?? '' }
  } catch {
    return null
  }
}

/** `localhost` is tried by IPv6 and IPv4, which gives an AggregateError without a message of its own. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return [...new Set(error.errors.map(reasonOf))].join(', ')
  return error instanceof Error && error.message !== '' ? error.message : String(error)
}
