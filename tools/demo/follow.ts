// Follows one flow run to its end: every state and every log line, as they come.
import { setTimeout as pause } from 'node:timers/promises'
import { type Log, type State, epochMs, isTerminal, operations } from '@slipway/contract'
import type { Client } from '../stage/client.ts'
import type { Display } from './display.ts'

const POLL_MS = 100
/** A container sends its last lines around the time of its last state. */
const LAST_LINES_MS = 1_500
/** Of the longest name that a push brings, so that messages stand in a column. */
const NAME_WIDTH = 'InfrastructurePending'.length

export interface FollowOptions {
  readonly display: Display
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

export interface Followed {
  /** Oldest first. */
  readonly states: readonly State[]
  readonly logs: readonly Log[]
  readonly outcome: 'ended' | 'timeout'
}

export async function followRun(client: Client, flow_run_id: string, options: FollowOptions): Promise<Followed> {
  const { display, timeoutMs, signal } = options
  const deadline = performance.now() + timeoutMs
  let states: readonly State[] = []
  let logs: readonly Log[] = []
  let endedAt: number | null = null
  for (;;) {
    const seen = new Set([...states, ...logs].map(({ id }) => id))
    states = await readStates(client, flow_run_id)
    logs = await readLogs(client, flow_run_id)
    const begin = states[0]?.timestamp ?? logs[0]?.timestamp
    const news = [...states.map(stateLine), ...logs.map(logLine)].filter(({ id }) => !seen.has(id))
    for (const { timestamp, text } of news.toSorted((a, b) => epochMs(a.timestamp) - epochMs(b.timestamp)))
      display.line(`  ${secondsAfter(begin, timestamp)}  ${text}`)

    const last = states.at(-1)
    if (last !== undefined && isTerminal(last.type)) endedAt ??= performance.now()
    display.progress(last === undefined || endedAt !== null ? null : (last.name ?? last.type))
    const hasEverything = logs.some((log) => log.task_run_id === null && log.message.includes('Finished in state'))
    if (endedAt !== null && (hasEverything || performance.now() - endedAt > LAST_LINES_MS))
      return { states, logs, outcome: 'ended' }
    if (performance.now() > deadline) return { states, logs, outcome: 'timeout' }
    await pause(POLL_MS, undefined, { signal })
  }
}

async function readStates(client: Client, flow_run_id: string): Promise<readonly State[]> {
  const states = await client.call(operations.readFlowRunStates, { query: { flow_run_id } })
  return states.toSorted((a, b) => epochMs(a.timestamp) - epochMs(b.timestamp))
}

async function readLogs(client: Client, flow_run_id: string): Promise<readonly Log[]> {
  return await client.call(operations.readLogs, {
    body: { logs: { flow_run_id: { any_: [flow_run_id] } }, sort: 'TIMESTAMP_ASC', limit: 200 },
  })
}

interface Line {
  readonly id: string
  readonly timestamp: string
  readonly text: string
}

function stateLine({ id, timestamp, name, type, message }: State): Line {
  return { id, timestamp, text: `${(name ?? type).padEnd(NAME_WIDTH)} ${message ?? ''}`.trimEnd() }
}

function logLine({ id, timestamp, message, task_run_id }: Log): Line {
  return { id, timestamp, text: `${' '.repeat(NAME_WIDTH)} ${task_run_id === null ? 'flow' : 'task'} | ${message}` }
}

function secondsAfter(begin: string | undefined, moment: string): string {
  const seconds = begin === undefined ? 0 : (epochMs(moment) - epochMs(begin)) / 1_000
  return `${Math.max(0, seconds).toFixed(3).padStart(7)} s`
}
