import { chmod, mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { canReach, copyReadable } from './reachable-files.ts'

const STRANGER = { uid: 4_242 }
let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'slipway-reach-'))
  await chmod(dir, 0o755)
})
afterEach(async () => {
  await rm(dir, { recursive: true })
})

test('one closed folder on the way keeps other accounts out', async () => {
  const file = join(dir, 'closed', 'program')
  await mkdir(join(dir, 'closed'))
  await writeFile(file, '')
  await chmod(file, 0o755)
  expect(await canReach(file, STRANGER)).toBe(true)
  await chmod(join(dir, 'closed'), 0o700)
  expect(await canReach(file, STRANGER)).toBe(false)
  expect(await canReach(file, null)).toBe(true)
  await chmod(join(dir, 'closed'), 0o755)
  await chmod(file, 0o700)
  expect(await canReach(file, STRANGER)).toBe(false)
})

test('a copy can be read by everybody, and programs stay programs', async () => {
  const source = join(dir, 'source')
  await mkdir(join(source, 'bin'), { recursive: true })
  await writeFile(join(source, 'bin', 'program'), 'run')
  await writeFile(join(source, 'text'), 'read')
  await symlink('text', join(source, 'link'))
  await chmod(join(source, 'bin', 'program'), 0o700)
  await chmod(join(source, 'text'), 0o600)
  await chmod(join(source, 'bin'), 0o700)

  const target = join(dir, 'made', 'target')
  await copyReadable(source, target)
  await copyReadable(source, target)
  const modes = async (...names: readonly string[]) => (await stat(join(target, ...names))).mode & 0o777
  expect([await modes('bin'), await modes('bin', 'program'), await modes('text')]).toEqual([0o755, 0o755, 0o644])
  expect(await readdir(join(dir, 'made'))).toEqual(['target'])
  expect(await readdir(target)).toEqual(['bin', 'text'])
})
