import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** A new secret of `bytes` random bytes, in characters that pass through headers and URLs unchanged. */
export function newToken(bytes: number): string {
  return randomBytes(bytes).toString('base64url')
}

/** What is stored in place of a token. Tokens are random, so they need no salt and no slow hash. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token, 'utf8').digest('hex')
}

/** Takes the same time wherever the two differ, and whatever their lengths. */
export function constantTimeEqual(a: string, b: string): boolean {
  return timingSafeEqual(
    createHash('sha256').update(a, 'utf8').digest(),
    createHash('sha256').update(b, 'utf8').digest(),
  )
}
