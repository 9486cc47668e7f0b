import { pause, type Companion } from './companion.ts'
import { ApiError, describeError, InterruptedError } from './errors.ts'

const LEASE_SECONDS = 300
/** Three quarters of it, so that a renewal may fail and be repeated. */
const RENEW_MS = 225_000

/** Keeps the slot that the deployment's concurrency limit granted; a run that lost its slot must not go on. */
export async function keepLease(companion: Companion, leaseId: string): Promise<void> {
  const { connection, interruption, logger } = companion
  do {
    try {
      await connection.client.renewLease(leaseId, LEASE_SECONDS)
    } catch (error) {
      if (error instanceof ApiError && error.status === 410) {
        interruption.abort(
          new InterruptedError('crashed', 'The concurrency slot of the deployment was lost', { cause: error }),
        )
        return
      }
      logger.warn('The concurrency slot could not be renewed: %s', describeError(error))
    }
  } while (await pause(companion, RENEW_MS))
}
