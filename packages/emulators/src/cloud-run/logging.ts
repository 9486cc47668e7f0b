/** Cloud Logging's `entries:list` over what the containers wrote, with the part of its filter language that is needed. */
import { type JsonObject, compact, isObject, numberOf, textOf, textsOf } from '../json.ts'
import { formatTimestamp } from '../clock.ts'
import { invalidField } from './errors.ts'
import { parseLogFilter } from './log-filter.ts'
import { listPage, listed } from './paging.ts'
import { type ExecutionRecord, type LogLine, locationOf, projectOf, shortName } from './resources.ts'
import type { Runtime } from './runtime.ts'

const KNOWN_FIELDS = ['resourceNames', 'filter', 'orderBy', 'pageSize', 'pageToken', 'projectIds']
const ORDERS = ['', 'timestamp', 'timestamp asc', 'timestamp desc']

export interface LogQuery {
  readonly project_ids: readonly string[]
  readonly request: JsonObject
}

/** Checks the request by hand: the definition of this API is not in the package that holds Cloud Run's. */
export function readLogQuery(body: JsonObject): LogQuery {
  for (const key of Object.keys(body)) {
    if (!KNOWN_FIELDS.includes(key))
      throw invalidField('', `Invalid JSON payload received. Unknown name "${key}": Cannot find field.`)
  }
  const names = [...textsOf(body, 'resourceNames'), ...textsOf(body, 'projectIds').map((id) => `projects/${id}`)]
  if (names.length === 0) throw invalidField('resource_names', 'resource_names: at least one is required.')
  const project_ids = names.map((name) => {
    const match = /^projects\/([^/]+)(?:\/|$)/.exec(name)
    if (match?.[1] === undefined) throw invalidField('resource_names', `resource_names: "${name}" is not a project.`)
    return match[1]
  })
  if (!ORDERS.includes(textOf(body, 'orderBy') ?? ''))
    throw invalidField('order_by', 'order_by: only "timestamp asc" and "timestamp desc" are allowed.')
  return { project_ids, request: body }
}

export function listLogEntries({ state, clock }: Runtime, { project_ids, request }: LogQuery): JsonObject {
  const matches = parseLogFilter(textOf(request, 'filter') ?? '')
  const visibleUntil = formatTimestamp(clock.now() - state.settings.log_lag_ms)
  const isDescending = (textOf(request, 'orderBy') ?? '').endsWith('desc')
  const entries = Object.values(state.executions)
    .filter(({ name }) => project_ids.includes(projectOf(name)))
    .flatMap((execution) =>
      execution.log
        .filter(({ time }) => time <= visibleUntil)
        .map((line) => ({ order: line.sequence, entry: entryView(execution, line) })),
    )
    .filter(({ entry }) => matches(entry))
    // The pager goes from the highest number to the lowest.
    .map(({ order, entry }) => ({ sequence: isDescending ? order : -order, entry }))
  const parent = `${project_ids.join()}|${textOf(request, 'filter') ?? ''}|${String(isDescending)}`
  const { items, page } = listPage(entries, parent, { ...request, pageSize: numberOf(request, 'pageSize') ?? 50 })
  return listed(
    'entries',
    items.map(({ entry }) => entry),
    page,
  )
}

function entryView(execution: ExecutionRecord, line: LogLine): JsonObject {
  const payload = structured(line.text)
  return compact({
    insertId: `${execution.uid.slice(0, 8)}${String(line.sequence).padStart(10, '0')}`,
    logName: `projects/${projectOf(execution.name)}/logs/run.googleapis.com%2F${line.stream}`,
    resource: {
      type: 'cloud_run_job',
      labels: {
        project_id: projectOf(execution.name),
        location: locationOf(execution.name),
        job_name: shortName(execution.job),
      },
    },
    labels: {
      'run.googleapis.com/execution_name': shortName(execution.name),
      'run.googleapis.com/task_index': String(line.task_index),
      'run.googleapis.com/task_attempt': String(line.attempt),
    },
    timestamp: line.time,
    receiveTimestamp: line.time,
    severity: (payload === null ? undefined : textOf(payload, 'severity')) ?? 'DEFAULT',
    ...(payload === null ? { textPayload: line.text } : { jsonPayload: payload }),
  })
}

/** A line that is a JSON object becomes a structured payload, as Cloud Run's agent makes it. */
function structured(text: string): JsonObject | null {
  if (!text.startsWith('{')) return null
  try {
    const parsed: unknown = JSON.parse(text)
    return isObject(parsed) ? parsed : null
  } catch {
    return null // looks like JSON but is not: plain text
  }
}
