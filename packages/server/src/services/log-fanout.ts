import { isUuid } from '@slipway/contract'
import type { EdgeContext } from '../context.ts'
import { type LogBatchHint, listLogsOfBatch } from '../store/logs.ts'

const MOST_LINES_PER_BATCH = 5_000
/** Live lines are a convenience: when reading falls behind by this many commits, the newest are not told. */
const MOST_WAITING = 200
/** Batches that are written at the same time overlap; lines that were told once are not told again. */
const MOST_REMEMBERED = 10_000

export interface LogFanout {
  /** A message on `slipway_log`. */
  readonly tell: (payload: string) => void
  /** Resolves when everything that was told about is published. */
  readonly drain: () => Promise<void>
}

/** Tells the sockets of this server about new log lines. Nobody listening costs nothing; a lost message loses its lines. */
export function createLogFanout(ctx: EdgeContext): LogFanout {
  const told = new Set<number>()
  let waiting = 0
  let last: Promise<void> = Promise.resolve()

  async function publish(hint: LogBatchHint): Promise<void> {
    const lines = await listLogsOfBatch(ctx.db, hint, MOST_LINES_PER_BATCH)
    const fresh = lines.filter(({ seq }) => !told.has(seq))
    for (const { seq } of fresh) told.add(seq)
    for (const seq of told) {
      if (told.size <= MOST_REMEMBERED) break
      told.delete(seq)
    }
    ctx.live.logs.publish(fresh)
  }

  async function next(before: Promise<void>, hint: LogBatchHint): Promise<void> {
    await before
    try {
      await publish(hint)
    } catch (error) {
      ctx.log.warn({ err: error }, 'new log lines could not be read for those who watch')
    } finally {
      waiting -= 1
    }
  }

  return {
    tell(payload) {
      const hint = readHint(payload)
      if (hint === null || !ctx.live.logs.hasSubscribers() || waiting >= MOST_WAITING) return
      waiting += 1
      last = next(last, hint)
    },
    drain: () => last,
  }
}

/** Null for the empty message that a reopened connection sends. */
function readHint(payload: string): LogBatchHint | null {
  if (payload === '') return null
  // Written by `insertLogs`, the only sender.
  const hint = JSON.parse(payload) as LogBatchHint
  return isUuid(hint.workspace_id) ? hint : null
}
