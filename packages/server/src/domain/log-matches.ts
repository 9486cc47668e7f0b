import type { LogFilter, Operator, Timestamp } from '@slipway/contract'
import { parseTextSearch } from './text-search.ts'

export interface MatchableLog {
  readonly name: string
  readonly level: number
  readonly message: string
  readonly timestamp: Timestamp
  readonly flow_run_id: string | null
  readonly task_run_id: string | null
}

/** Whether a watcher wants a line: the same meaning as the SQL of `store/filters/logs.ts`. */
export function matchesLogFilter(filter: LogFilter, line: MatchableLog): boolean {
  const { level, timestamp, flow_run_id, task_run_id, text } = filter
  const parts: boolean[] = []
  if (isGiven(level)) parts.push(line.level >= (level.ge_ ?? line.level) && line.level <= (level.le_ ?? line.level))
  if (isGiven(timestamp)) {
    const { before_, after_ } = timestamp
    parts.push(line.timestamp <= (before_ ?? line.timestamp) && line.timestamp >= (after_ ?? line.timestamp))
  }
  if (isGiven(flow_run_id)) parts.push(isAny(flow_run_id.any_, line.flow_run_id))
  if (isGiven(task_run_id)) {
    const { any_, is_null_ } = task_run_id
    parts.push(isAny(any_, line.task_run_id) && (!isGiven(is_null_) || (line.task_run_id === null) === is_null_))
  }
  if (isGiven(text)) parts.push(matchesText(text.query, line))
  return joined(filter.operator, parts)
}

function joined(operator: Operator | null | undefined, parts: readonly boolean[]): boolean {
  if (parts.length === 0) return true
  return operator === 'or_' ? parts.includes(true) : !parts.includes(false)
}

/** An empty list matches nothing. */
function isAny(ids: readonly string[] | null | undefined, id: string | null): boolean {
  return !isGiven(ids) || (id !== null && ids.includes(id))
}

function matchesText(query: string, { message, name }: MatchableLog): boolean {
  const { include, exclude, required } = parseTextSearch(query)
  const searched = `${message} ${name}`.toLowerCase()
  const holds = (word: string) => searched.includes(word.toLowerCase())
  return (include.length === 0 || include.some(holds)) && !exclude.some(holds) && required.every(holds)
}

function isGiven<T>(value: T | null | undefined): value is T {
  return value !== null && value !== undefined
}
