import { generateKeyPairSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { redact } from './redact.ts'

test('a secret is found in every spelling', () => {
  const secret = 'p&ss "word"/1'
  const spellings = [
    secret,
    JSON.stringify({ secret }),
    encodeURIComponent(secret),
    Buffer.from(secret).toString('base64'),
    Buffer.from(secret).toString('base64url'),
  ]
  for (const spelling of spellings) {
    const redacted = redact(`before ${spelling} after ${spelling}`, [secret])
    expect(redacted).toMatch(/^before .*\*{8}.* after .*\*{8}/)
    expect(redacted).not.toContain('word')
    expect(redacted).not.toContain(Buffer.from(secret).toString('base64').slice(0, 12))
  }
})

test('no line of a private key is left', () => {
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  })
  const line = privateKey.split('\n')[3] ?? ''
  expect(line.length).toBe(64)
  for (const text of [privateKey, JSON.stringify(privateKey), `cannot parse ${line}`]) {
    expect(redact(text, [privateKey])).not.toContain(line)
  }
})

test('of two secrets, one in the other, nothing is left', () => {
  expect(redact('abcdef-tail and abcdef', ['abcdef', 'abcdef-tail'])).toBe('******** and ********')
})

test('texts too short to be secrets are left alone', () => {
  expect(redact('a cat', ['a', ''])).toBe('a cat')
})
