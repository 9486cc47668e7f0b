import type { Context } from '../context.ts'
import { Batcher } from '../store/batcher.ts'
import { insertLogs, type NewLog } from '../store/logs.ts'

/** Lines of one request. */
export interface LogLines {
  readonly workspace_id: string
  readonly lines: readonly Omit<NewLog, 'id'>[]
}

/** Log lines on one server: requests that arrive while a batch is being written are written together. Resolves when they are stored. */
export type LogWriter = (lines: LogLines) => Promise<void>

const MOST_REQUESTS_PER_BATCH = 20
const BATCHES_IN_FLIGHT = 2
/** Of one statement; a longer one would hold a connection and memory for long. */
const MOST_LINES = 2_000
const MOST_CHARACTERS = 8_000_000

export function createLogWriter(ctx: Context): LogWriter {
  let count = 0
  const batcher = new Batcher<LogLines & { readonly number: number }, true>({
    keyOf: ({ number }) => String(number),
    size: MOST_REQUESTS_PER_BATCH,
    inFlight: BATCHES_IN_FLIGHT,
    write: async (requests) => {
      await writeLogs(ctx, requests)
      return requests.map(() => true)
    },
  })
  return async (lines) => {
    count += 1
    await batcher.run({ ...lines, number: count })
  }
}

/** All or none: a client sends the lines of a failed request again. */
async function writeLogs(ctx: Context, requests: readonly LogLines[]): Promise<void> {
  const now = ctx.clock.now()
  const parts = [...Map.groupBy(requests, ({ workspace_id }) => workspace_id)].flatMap(([workspace_id, own]) => {
    const lines = own.flatMap((request) => request.lines.map((line) => ({ ...line, id: ctx.ids.uuid() })))
    return slices(lines).map((slice) => ({ workspace_id, slice }))
  })
  const [only, ...others] = parts
  if (only === undefined) return
  if (others.length === 0) return await insertLogs(ctx.db, only.workspace_id, only.slice, now)
  await ctx.db.transaction(async (tx) => {
    for (const { workspace_id, slice } of parts) await insertLogs(tx, workspace_id, slice, now)
  })
}

function slices(lines: readonly NewLog[]): readonly (readonly NewLog[])[] {
  const result: NewLog[][] = []
  let current: NewLog[] = []
  let characters = 0
  for (const line of lines) {
    if (current.length > 0 && (current.length >= MOST_LINES || characters + line.message.length > MOST_CHARACTERS)) {
      result.push(current)
      current = []
      characters = 0
    }
    current.push(line)
    characters += line.message.length
  }
  return current.length === 0 ? result : [...result, current]
}
