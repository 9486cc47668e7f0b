import { mkdir, mkdtemp, readFile, readlink, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { StartupError } from '../errors.ts'
import { findPostgresBinaries, linkLibraries } from './embedded-binaries.ts'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'slipway-binaries-'))
})
afterEach(async () => {
  await rm(dir, { recursive: true })
})

test('library links are made from the list of the package when its install script did not run', async () => {
  const native = join(dir, 'native')
  await mkdir(join(native, 'lib'), { recursive: true })
  await writeFile(join(native, 'lib', 'libpq.so.5.18'), 'library')
  const links = ['native/lib/libpq.so', 'native/lib/libpq.so.5'].map((target) => ({
    source: 'native/lib/libpq.so.5.18',
    target,
  }))
  await writeFile(join(native, 'pg-symlinks.json'), JSON.stringify(links))
  expect(await linkLibraries(native)).toBe(true)
  expect(await linkLibraries(native)).toBe(true)
  expect(await readlink(join(native, 'lib', 'libpq.so.5'))).toBe('libpq.so.5.18')
  expect(await readFile(join(native, 'lib', 'libpq.so'), 'utf8')).toBe('library')
})

test('a cluster of a version that is nowhere is one clear line', async () => {
  const search = { dataDir: dir, user: null, major: 9 }
  const error = await findPostgresBinaries(search).catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(StartupError)
  expect(String(error)).toMatch(
    /^StartupError: No PostgreSQL 9, which made the data in .*, runs on this machine: .*\. Next: .*--database-url\.$/,
  )
})
