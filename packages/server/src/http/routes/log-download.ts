import { Readable } from 'node:stream'
import type { EdgeContext } from '../../context.ts'
import { BEFORE_ALL_LOGS, listLogsOfFlowRun } from '../../store/log-lists.ts'
import type { LogRow } from '../../store/rows.ts'

const LINES_AT_A_TIME = 1_000

/** All lines of a run as CSV, read and sent some at a time: a run may have millions. */
export function logDownload(ctx: EdgeContext, workspace_id: string, flow_run_id: string): Readable {
  return Readable.from(pages(ctx, workspace_id, flow_run_id), { objectMode: false })
}

export function downloadHeaders(run_name: string): Readonly<Record<string, string>> {
  const name = encodeURIComponent(`${run_name}-logs.csv`)
  return { 'content-disposition': `attachment; filename="flow-run-logs.csv"; filename*=UTF-8''${name}` }
}

async function* pages(ctx: EdgeContext, workspace_id: string, flow_run_id: string): AsyncGenerator<string> {
  yield csvLine(['timestamp', 'level', 'flow_run_id', 'task_run_id', 'message'])
  let after = BEFORE_ALL_LOGS
  for (;;) {
    const rows = await listLogsOfFlowRun(ctx.db, workspace_id, flow_run_id, after, LINES_AT_A_TIME)
    yield rows.map(lineOf).join('')
    const last = rows.at(-1)
    if (last === undefined || rows.length < LINES_AT_A_TIME) return
    after = last
  }
}

function lineOf({ timestamp, level, flow_run_id, task_run_id, message }: LogRow): string {
  const spaced = timestamp.replace('T', ' ').replace('Z', '+00:00')
  return csvLine([spaced, String(level), flow_run_id ?? '', task_run_id ?? '', message])
}

function csvLine(fields: readonly string[]): string {
  return `${fields.map(csvField).join(',')}\r\n`
}

function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
