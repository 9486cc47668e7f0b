import type { FrozenRequest } from '../provider.ts'
import type { CloudRunClient } from './client.ts'
import { executionOf } from './submit.ts'

const MOST_LINES = 100
const MOST_BYTES = 64 * 1_024
const LONGEST_LINE = 2_000
const TIMEOUT_MS = 10_000

/**
 * The last lines of a container from Cloud Logging, oldest first. Output is untrusted: control characters go, long
 * lines are cut. Without permission to read logs the answer is empty; a crash report does not fail for that.
 */
export async function tailContainerLogs(
  client: CloudRunClient,
  request: FrozenRequest,
  url: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const execution = executionOf(request).name?.split('/').at(-1) ?? ''
  const filter = [
    'resource.type="cloud_run_job"',
    `resource.labels.job_name="${request.resource_name}"`,
    `labels."run.googleapis.com/execution_name"="${execution}"`,
  ].join(' AND ')
  const response = await fetch(url, {
    method: 'POST',
    redirect: 'error',
    signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    headers: { authorization: await client.authorization(url), 'content-type': 'application/json' },
    body: JSON.stringify({
      resourceNames: [`projects/${request.location['project'] ?? ''}`],
      filter,
      orderBy: 'timestamp desc',
      pageSize: MOST_LINES,
    }),
  })
  if (!response.ok) {
    await response.body?.cancel()
    return []
  }
  const body = (await response.json()) as { readonly entries?: readonly LogEntry[] }
  const lines = (body.entries ?? []).map(lineOf).filter((line) => line !== '')
  return withinBytes(lines.reverse())
}

interface LogEntry {
  readonly textPayload?: string
  readonly jsonPayload?: { readonly message?: string }
}

function lineOf(entry: LogEntry): string {
  const text = entry.textPayload ?? entry.jsonPayload?.message ?? ''
  return text
    .replaceAll(/\p{Cc}+/gu, ' ')
    .trimEnd()
    .slice(0, LONGEST_LINE)
}

/** The newest lines are worth most, so cutting begins at the oldest. */
function withinBytes(lines: readonly string[]): readonly string[] {
  let bytes = 0
  let first = lines.length
  while (first > 0) {
    bytes += Buffer.byteLength(lines[first - 1] ?? '') + 1
    if (bytes > MOST_BYTES) break
    first -= 1
  }
  return lines.slice(first)
}
