import { createHash } from 'node:crypto'
import { type Json, type JsonObject, parseLossless } from '@slipway/contract'
import type { FrozenRequest } from '../domain/submission.ts'
import type { Vault } from '../vault/vault.ts'

/** What is frozen with a claim: the request, and credentials that no block holds. */
export interface FrozenSubmission {
  readonly request: FrozenRequest
  /** Null when the credentials are those of a block, which is read anew for every call: keys are rotated. */
  readonly credentials: JsonObject | null
}

export function sealSubmission(
  vault: Vault,
  submission_id: string,
  frozen: FrozenSubmission,
): { readonly sealed_request: JsonObject; readonly request_sha256: string } {
  const text = JSON.stringify(frozen)
  return {
    sealed_request: { ...vault.seal(text, aadOf(submission_id)) },
    request_sha256: createHash('sha256').update(text).digest('hex'),
  }
}

/** The same bytes as on the day of the claim; anything else is an error, never a different request. */
export function openSubmission(
  vault: Vault,
  submission: { readonly id: string; readonly sealed_request: Json; readonly request_sha256: string },
): FrozenSubmission {
  const text = vault.open(submission.sealed_request, aadOf(submission.id))
  if (createHash('sha256').update(text).digest('hex') !== submission.request_sha256) {
    throw new Error(`Submission ${submission.id} is not what was sealed`)
  }
  // Written by sealSubmission; the digest proves that nothing else is in it.
  return parseLossless(text) as unknown as FrozenSubmission
}

function aadOf(submission_id: string): string {
  return `submission:${submission_id}`
}
