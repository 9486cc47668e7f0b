import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { StartupError } from '../errors.ts'
import { KEY_FILE, openVault } from './keyring.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-vault-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function open(check: unknown, encryption_key: string | null = null) {
  return openVault({ encryption_key, data_dir: join(folder, 'data'), check })
}

test('the first start makes a key that only its owner can read, and later starts use it', () => {
  const first = open(null)
  const path = join(folder, 'data', KEY_FILE)
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(readdirSync(join(folder, 'data'))).toEqual([KEY_FILE])
  const sealed = first.seal('kept', 'o')
  expect(open(first.checkValue()).open(sealed, 'o')).toBe('kept')
  expect(open(null).key_id).toBe(first.key_id)
})

test('a lost key is a clear error and never made anew', () => {
  const check = open(null).checkValue()
  rmSync(join(folder, 'data', KEY_FILE))
  expect(() => open(check)).toThrow(/put the original file back/)
  expect(existsSync(join(folder, 'data', KEY_FILE))).toBe(false)
})

test('a key of another installation is a clear error', () => {
  const check = openVault({
    encryption_key: Buffer.alloc(32, 1).toString('hex'),
    data_dir: folder,
    check: null,
  }).checkValue()
  expect(() => open(check, Buffer.alloc(32, 2).toString('base64'))).toThrow(StartupError)
  expect(open(check, Buffer.alloc(32, 1).toString('base64')).key_id).toMatch(/^[0-9a-f]{16}$/)
  expect(existsSync(join(folder, 'data'))).toBe(false)
})

test('a key that others can read, or that is none, is refused by the name of its file', () => {
  open(null)
  const path = join(folder, 'data', KEY_FILE)
  chmodSync(path, 0o644)
  expect(() => open(null)).toThrow(/chmod 600/)
  chmodSync(path, 0o600)
  const key = readFileSync(path, 'utf8').trim()
  writeFileSync(path, key.slice(2))
  expect(() => open(null)).toThrow(path)
  expect(() => open(null)).not.toThrow(key.slice(2))
})
