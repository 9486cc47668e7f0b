import { Client } from 'pg'

/** The same server and user, another database. */
export function databaseUrl(serverUrl: string, database: string): string {
  const url = new URL(serverUrl)
  url.pathname = `/${database}`
  return url.href
}

/** One statement that must not run in a transaction, like `create database`. The text is ours, never input. */
export async function runSql(url: string, text: string): Promise<void> {
  const client = new Client({ connectionString: url, application_name: 'slipway test' })
  await client.connect()
  try {
    await client.query(text)
  } finally {
    await client.end()
  }
}
