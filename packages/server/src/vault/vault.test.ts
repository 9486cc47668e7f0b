import { randomBytes } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { StartupError } from '../errors.ts'
import { constantTimeEqual, hashToken, newToken } from './tokens.ts'
import { createVault, rewrap, VaultError } from './vault.ts'

describe('sealing', () => {
  const vault = createVault(randomBytes(32))

  test('any text comes back, and only for the same owner', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), fc.string(), fc.string(), (text, owner, other) => {
        const sealed = vault.seal(text, owner)
        expect(vault.open(sealed, owner)).toBe(text)
        expect(() => vault.open(sealed, `${owner}${other}.`)).toThrow(VaultError)
      }),
    )
  })

  test('every flipped bit is noticed', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), fc.nat(), fc.integer({ min: 0, max: 6 }), (text, place, bit) => {
        const sealed = vault.seal(text, 'owner')
        const bytes = Buffer.from(sealed.key_id + sealed.key + sealed.data, 'latin1')
        const index = place % bytes.length
        bytes.writeUInt8(bytes.readUInt8(index) ^ (1 << bit), index)
        const changed = bytes.toString('latin1')
        const [a, b] = [sealed.key_id.length, sealed.key_id.length + sealed.key.length]
        const tampered = { ...sealed, key_id: changed.slice(0, a), key: changed.slice(a, b), data: changed.slice(b) }
        expect(() => vault.open(tampered, 'owner')).toThrow(VaultError)
      }),
      { numRuns: 1_000 },
    )
  })

  test('cut, lengthened and recombined texts are noticed', () => {
    const one = vault.seal('first secret', 'owner')
    const two = vault.seal('other secret', 'owner')
    for (const field of ['key_id', 'key', 'data'] as const) {
      for (let length = 0; length < one[field].length; length += 1) {
        expect(() => vault.open({ ...one, [field]: one[field].slice(0, length) }, 'owner')).toThrow(VaultError)
      }
      for (const tail of ['A', 'AAAA', '=', '\n']) {
        expect(() => vault.open({ ...one, [field]: one[field] + tail }, 'owner')).toThrow(VaultError)
      }
    }
    expect(() => vault.open({ ...one, data: two.data }, 'owner')).toThrow(VaultError)
    expect(() => vault.open({ ...one, key: two.key }, 'owner')).toThrow(VaultError)
  })

  test.for([null, undefined, 'text', 7, {}, [], { version: 1 }, { version: 2, key_id: '', key: '', data: '' }])(
    '%j is no sealed text',
    (value) => {
      expect(() => vault.open(value, 'owner')).toThrow(VaultError)
    },
  )

  test('it survives JSON, the same text never looks the same, and neither the text nor the key shows', () => {
    const key = randomBytes(32)
    const [one, two] = [createVault(key).seal('a secret text', 'o'), createVault(key).seal('a secret text', 'o')]
    expect(createVault(key).open(JSON.parse(JSON.stringify(one)), 'o')).toBe('a secret text')
    expect(one.key).not.toBe(two.key)
    expect(one.data).not.toBe(two.data)
    const bytes = Buffer.concat([Buffer.from(one.key, 'base64'), Buffer.from(one.data, 'base64')])
    expect(bytes.includes('secret')).toBe(false)
    expect(bytes.includes(key)).toBe(false)
  })
})

test('another key opens nothing and is refused at start, by its id', () => {
  const [mine, other] = [createVault(randomBytes(32)), createVault(randomBytes(32))]
  expect(() => other.open(mine.seal('x', 'o'), 'o')).toThrow(mine.key_id)
  const check = mine.checkValue()
  expect(() => mine.verify(check)).not.toThrow()
  expect(() => other.verify(check)).toThrow(StartupError)
  expect(() => other.verify(check)).toThrow(mine.key_id)
  for (const broken of [null, {}, 'AAAA', { ...check, data: 'AAAA' }, { ...check, key: check.data }]) {
    expect(() => mine.verify(broken)).toThrow(StartupError)
  }
})

test('a document moves to a new key without a change of its text', () => {
  const [from, to] = [randomBytes(32), randomBytes(32)]
  const sealed = createVault(from).seal('kept', 'owner')
  const moved = rewrap(sealed, from, to)
  expect(createVault(to).open(moved, 'owner')).toBe('kept')
  expect(() => createVault(from).open(moved, 'owner')).toThrow(VaultError)
  expect(() => rewrap(sealed, to, from)).toThrow(VaultError)
})

test('a key of a wrong length is refused', () => {
  expect(() => createVault(randomBytes(31))).toThrow(VaultError)
})

test('tokens are random, safe in a header, and compared by content', () => {
  const token = newToken(32)
  expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/)
  expect(token).not.toBe(newToken(32))
  expect(hashToken('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  expect(constantTimeEqual(token, token)).toBe(true)
  expect(constantTimeEqual(token, `${token}x`)).toBe(false)
  expect(constantTimeEqual('', 'x')).toBe(false)
})
