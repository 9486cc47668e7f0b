import { ApiError, describeError } from './errors.ts'
import type { Host } from './host.ts'
import type { LogCreate } from './wire.ts'

export interface LogSink {
  /** Never blocks and never throws. */
  write(record: LogCreate): void
  /** Resolves when everything written so far has arrived, or could not be delivered for now. */
  flush(): Promise<void>
}

const LOG_INTERVAL_MS = 2_000
const MAX_BATCH_BYTES = 4_000_000
const MAX_RECORD_BYTES = 1_000_000
/** What is kept while nobody takes it. Beyond that the oldest lines go, and their number is told. */
const MAX_BUFFER_BYTES = 32_000_000
/** Names, ids and time of one record. */
const RECORD_OVERHEAD_BYTES = 300

interface Buffered {
  readonly record: LogCreate
  readonly bytes: number
}

/** Collects log lines and sends them every two seconds, or as soon as there are 4 MB, one batch at a time and in order. */
export function createLogShipper(host: Host, send: (records: readonly LogCreate[]) => Promise<void>): LogSink {
  let buffer: Buffered[] = []
  let bufferedBytes = 0
  let sending: Promise<void> | null = null
  let cancelTimer: (() => void) | null = null

  const takeBatch = (): readonly Buffered[] => {
    let count = 0
    let bytes = 0
    for (const item of buffer) {
      if (count > 0 && bytes + item.bytes > MAX_BATCH_BYTES) break
      count += 1
      bytes += item.bytes
    }
    bufferedBytes -= bytes
    return buffer.splice(0, count)
  }
  const putBack = (batch: readonly Buffered[]): void => {
    buffer = [...batch, ...buffer]
    bufferedBytes += batch.reduce((sum, item) => sum + item.bytes, 0)
  }
  const drain = async (): Promise<void> => {
    while (buffer.length > 0) {
      const batch = takeBatch()
      try {
        await send(batch.map((item) => item.record))
      } catch (error) {
        host.print(`${batch.length} log lines could not be sent: ${describeError(error)}`)
        if (!(error instanceof ApiError)) putBack(batch)
        return
      }
    }
  }
  const start = (): Promise<void> => {
    cancelTimer?.()
    cancelTimer = null
    sending ??= drain().finally(() => {
      sending = null
      if (buffer.length > 0) schedule()
    })
    return sending
  }
  const schedule = (): void => {
    cancelTimer ??= host.after(LOG_INTERVAL_MS, () => {
      // Drain tells about its failures itself.
      void start()
    })
  }
  const makeRoom = (): void => {
    let dropped = 0
    while (bufferedBytes > MAX_BUFFER_BYTES) {
      bufferedBytes -= buffer.shift()?.bytes ?? bufferedBytes
      dropped += 1
    }
    if (dropped > 0) host.print(`${dropped} log lines were dropped: the API does not take them`)
  }

  return {
    write(record) {
      const kept = fit(record)
      const bytes = Buffer.byteLength(kept.message) + RECORD_OVERHEAD_BYTES
      buffer.push({ record: kept, bytes })
      bufferedBytes += bytes
      makeRoom()
      if (bufferedBytes >= MAX_BATCH_BYTES && sending === null) {
        // As above.
        void start()
      } else schedule()
    },
    async flush() {
      if (sending !== null) await sending
      if (buffer.length > 0) await start()
    },
  }
}

function fit(record: LogCreate): LogCreate {
  if (Buffer.byteLength(record.message) <= MAX_RECORD_BYTES) return record
  const cut = Buffer.from(record.message)
    .subarray(0, MAX_RECORD_BYTES - 100)
    .toString('utf8')
  return { ...record, message: `${cut}… (cut off)` }
}
