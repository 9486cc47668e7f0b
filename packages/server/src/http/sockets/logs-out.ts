import type { Log, LogFilter } from '@slipway/contract'
import type { EdgeContext } from '../../context.ts'
import { matchesLogFilter } from '../../domain/log-matches.ts'
import { createRunFamily } from '../../operations/run-family.ts'
import type { LogRow } from '../../store/rows.ts'
import { type Connection, HANDSHAKE_MS } from './handshake.ts'
import { createOutgoing } from './outgoing.ts'
import { parseFrame } from './parse-frame.ts'
import type { FilterReading } from './read-filter.ts'

export interface LogsOutParts {
  readonly ctx: EdgeContext
  readonly readFilter: (given: unknown) => FilterReading<LogFilter>
}

/** Tells log lines as they are stored; what was stored before is read by `POST /logs/filter`. */
export async function tellLogs(connection: Connection, { ctx, readFilter }: LogsOutParts): Promise<void> {
  const { socket, frames, workspace_id, caller, request } = connection
  const wish = parseFrame(await frames.next(HANDSHAKE_MS))
  if (wish?.type !== 'filter') return socket.close(1002, "Expected 'filter' message")
  const reading = readFilter(wish['filter'])
  if (reading.kind === 'wrong') return socket.close(1002, reading.reason)
  frames.ignore()

  const out = createOutgoing(socket)
  const family = caller.run === null ? null : createRunFamily(ctx.db, { workspace_id, ...caller.run })
  let last: Promise<void> = Promise.resolve()
  const tell = async (before: Promise<void>, lines: readonly LogRow[]) => {
    await before
    for (const line of lines) {
      if (family !== null && (line.flow_run_id === null || !(await family.owns(line.flow_run_id)))) continue
      if (!out.send(JSON.stringify({ type: 'log', log: logOf(line) }))) return
    }
  }
  const unsubscribe = ctx.live.logs.subscribe((lines) => {
    const wanted = lines.filter((line) => line.workspace_id === workspace_id && matchesLogFilter(reading.filter, line))
    if (wanted.length === 0) return
    last = tell(last, wanted)
    last.catch((error: unknown) => {
      request.log.warn({ err: error }, 'log lines could not be told; the client will come back')
      socket.close(1011, 'Internal error')
    })
  })
  socket.on('close', unsubscribe)
}

function logOf({ id, created, name, level, message, timestamp, flow_run_id, task_run_id }: LogRow): Log {
  return { id, created, updated: created, name, level, message, timestamp, flow_run_id, task_run_id }
}
