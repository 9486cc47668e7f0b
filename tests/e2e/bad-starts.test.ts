import { chmod, mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { databaseUrl, runSql } from '@slipway/server/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { api } from '../support/api.ts'
import { runSlipway, type Slipway } from '../support/slipway.ts'
import { createStage, embeddedUrl, freePort } from '../support/stage.ts'

const stage = createStage()
/** What a refused start must not disturb. */
let running: Slipway
beforeAll(async () => {
  running = await stage.slipway()
})
afterAll(async () => {
  await stage.close()
})
interface Start {
  readonly dataDir?: string
  readonly port?: number
  readonly settings?: Readonly<Record<string, string>>
}

/** Starts a server that has to refuse; returns the one line that it says. */
async function refusal({ dataDir, port, settings = {} }: Start): Promise<string> {
  const given = Object.entries(settings).map(([name, value]) => [`SLIPWAY_${name.toUpperCase()}`, value])
  const { code, stdout, stderr } = await runSlipway(['server', 'start'], {
    env: {
      SLIPWAY_DATA_DIR: dataDir ?? (await stage.dataDir()),
      SLIPWAY_PORT: String(port ?? (await freePort())),
      SLIPWAY_LOG_LEVEL: 'warn',
      ...Object.fromEntries(given),
    },
  })
  expect(await api(running.apiUrl).get('/health')).toBe(true)
  expect(code).toBe(1)
  expect(stdout).toBe('')
  const lines = stderr.trimEnd().split('\n')
  expect(lines).toHaveLength(1)
  return lines[0] ?? ''
}

test('a data directory in use is refused', async () => {
  expect(await refusal({ dataDir: running.dataDir })).toMatch(
    /^error: The data directory .* is in use by another Slipway server \(process \d+\)\. Next: stop that one/,
  )
})

test('a taken port is refused, and the PostgreSQL that was started for it is stopped again', async () => {
  const dataDir = await stage.dataDir()
  expect(await refusal({ dataDir, port: running.port })).toMatch(
    new RegExp(`^error: Port ${running.port} of 127\\.0\\.0\\.1 is taken by another program\\. Next: `),
  )
  await expect(embeddedUrl(dataDir)).rejects.toThrow('No PostgreSQL runs')
  const server = await stage.slipway({ dataDir })
  expect(await server.stop()).toBe(0)
})

test('a PostgreSQL that cannot be reached is refused without its password', async () => {
  const port = await freePort()
  const line = await refusal({ settings: { database_url: `postgresql://me:hush-hush@127.0.0.1:${port}/slipway` } })
  expect(line).toMatch(new RegExp(`^error: Cannot reach PostgreSQL at 127\\.0\\.0\\.1:${port} .* Next: `))
  expect(line).not.toContain('hush-hush')
})

test('a PostgreSQL that refuses the password is told as that', async () => {
  const url = new URL(await embeddedUrl(running.dataDir))
  url.password = 'hush-hush'
  const line = await refusal({ settings: { database_url: url.href } })
  expect(line).toMatch(/^error: PostgreSQL .*refused the user "slipway".* Next: /)
  expect(line).not.toContain('hush-hush')
})

test('a schema of a newer version is refused, and left as it is', async () => {
  const server_url = await embeddedUrl(running.dataDir)
  await runSql(server_url, 'create database newer')
  const database_url = databaseUrl(server_url, 'newer')
  const dataDir = await stage.dataDir()
  const server = await stage.slipway({ dataDir, settings: { database_url } })
  await server.stop()
  await runSql(
    database_url,
    `insert into slipway_migration (name, sha256, breaking) values ('9999-of-the-future', repeat('0', 64), true)`,
  )
  expect(await refusal({ dataDir, settings: { database_url } })).toMatch(
    /^error: This database was migrated by a newer Slipway \(9999-of-the-future\) .* Next: start the newer version/,
  )
  await runSql(database_url, `delete from slipway_migration where name = '9999-of-the-future'`)
  const again = await stage.slipway({ dataDir, settings: { database_url } })
  expect(await again.stop()).toBe(0)
})

test('a wrong, a lost and a readable key are refused; with the right one the server starts again', async () => {
  const dataDir = await stage.dataDir()
  const server = await stage.slipway({ dataDir })
  await server.stop()
  const file = join(dataDir, 'encryption.key')
  const original = await readFile(file, 'utf8')

  const encryption_key = randomBytes(32).toString('base64')
  const wrong = await refusal({ dataDir, settings: { encryption_key } })
  expect(wrong).toMatch(/^error: The encryption key .* is not the one that sealed this database/)
  expect(wrong).not.toContain(encryption_key)

  await rename(file, `${file}.moved`)
  expect(await refusal({ dataDir })).toMatch(
    /^error: The database holds sealed secrets, and their key is missing: put /,
  )
  expect(await readdir(dataDir)).not.toContain('encryption.key')
  await rename(`${file}.moved`, file)

  await chmod(file, 0o644)
  expect(await refusal({ dataDir })).toMatch(/^error: .*encryption\.key can be read by other users .*: run chmod 600/)
  await chmod(file, 0o600)

  const again = await stage.slipway({ dataDir })
  expect(await again.stop()).toBe(0)
  expect(await readFile(file, 'utf8')).toBe(original)
})

test('a data directory that cannot be made is refused', async () => {
  const parent = join(await stage.dataDir(), '..')
  await mkdir(parent, { recursive: true })
  await writeFile(join(parent, 'file'), '')
  expect(await refusal({ dataDir: join(parent, 'file', 'data') })).toMatch(
    /^error: The data directory .* cannot be made .* Next: choose another --data-dir/,
  )
})

test.for([
  [{ host: '0.0.0.0' }, /can be reached from other machines, and no credential is configured: set SLIPWAY_AUTH_STRING/],
  [{ port: '99999' }, /SLIPWAY_PORT \("99999"\): write a whole number from 0 to 65535/],
  [{ database_url: 'mysql://somewhere' }, /SLIPWAY_DATABASE_URL: /],
  [{ encryption_key: 'short' }, /SLIPWAY_ENCRYPTION_KEY: /],
  [{ auth_string: 'no-colon' }, /SLIPWAY_AUTH_STRING: /],
  [{ public_api_url: 'ftp://x' }, /SLIPWAY_PUBLIC_API_URL/],
  [{ disabled_services: 'no-such' }, /SLIPWAY_DISABLED_SERVICES/],
  [{ observe_interval_seconds: 'soon' }, /SLIPWAY_OBSERVE_INTERVAL_SECONDS/],
] as const)('the setting %j is refused before anything is made', async ([settings, message]) => {
  const dataDir = await stage.dataDir()
  const line = await refusal({ dataDir, settings })
  expect(line).toMatch(message)
  expect(line).toMatch(/^error: /)
  await expect(readdir(dataDir)).rejects.toThrow('ENOENT')
})
