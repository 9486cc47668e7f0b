/** Limits per project and region: calls per minute, jobs, running executions. Off until the control port sets them. */
import { type JsonObject } from '../json.ts'
import { GoogleError, errorInfo } from './errors.ts'
import { isTerminal, regionOf } from './resources.ts'
import type { Runtime } from './runtime.ts'

export type Bucket = 'reads' | 'writes' | 'runs'

export interface Quotas {
  /** Counts a call, or refuses it. */
  take(bucket: Bucket, region: string): void
  checkJobs(region: string): void
  checkRunning(name: string): void
  /** Forgets what was used. */
  reset(): void
}

const MINUTE_MS = 60_000
const METRICS = {
  reads: ['Read requests', 'run.googleapis.com/read_requests', 'ReadRequestsPerMinutePerProjectPerRegion'],
  writes: ['Write requests', 'run.googleapis.com/write_requests', 'WriteRequestsPerMinutePerProjectPerRegion'],
  runs: ['Job run requests', 'run.googleapis.com/job_run_requests', 'JobRunRequestsPerMinutePerProjectPerRegion'],
} as const
const LIMIT_KEYS = { reads: 'reads_per_minute', writes: 'writes_per_minute', runs: 'runs_per_minute' } as const

export function createQuotas({ state, clock }: Runtime): Quotas {
  const windows = new Map<string, { started_ms: number; used: number }>()

  return {
    take(bucket, region) {
      const limit = state.settings[LIMIT_KEYS[bucket]]
      if (limit === null) return
      const key = `${region}/${bucket}`
      const now = clock.now()
      const open = windows.get(key)
      const window = open === undefined || now - open.started_ms >= MINUTE_MS ? { started_ms: now, used: 0 } : open
      windows.set(key, window)
      if (window.used >= limit) throw rateExceeded(bucket, region, limit)
      window.used += 1
    },

    checkJobs(region) {
      const limit = state.settings.max_jobs
      if (limit === null) return
      const count = Object.keys(state.jobs).filter((name) => regionOf(name) === region).length
      if (count >= limit)
        throw countExceeded(
          `Quota exceeded for total allowable count of jobs per project per region: ${limit}.`,
          region,
        )
    },

    checkRunning(name) {
      const limit = state.settings.max_running_executions
      if (limit === null) return
      const region = regionOf(name)
      const count = Object.values(state.executions).filter(
        (execution) => !isTerminal(execution.status) && regionOf(execution.name) === region,
      ).length
      if (count >= limit)
        throw countExceeded(`Quota exceeded for running executions per project per region: ${limit}.`, region)
    },

    reset: () => windows.clear(),
  }
}

function rateExceeded(bucket: Bucket, region: string, limit: number): GoogleError {
  const [title, quota_metric, quota_limit] = METRICS[bucket]
  const [, project = '', , location = ''] = region.split('/')
  const consumer = `projects/${project}`
  const message = `Quota exceeded for quota metric '${title}' and limit '${title} per minute per region' of service 'run.googleapis.com' for consumer '${consumer}'.`
  const metadata = {
    service: 'run.googleapis.com',
    consumer,
    quota_metric,
    quota_limit,
    quota_limit_value: String(limit),
    quota_location: location,
  }
  const help: JsonObject = {
    '@type': 'type.googleapis.com/google.rpc.Help',
    links: [
      {
        description: 'Request a higher quota limit.',
        url: 'https://cloud.google.com/docs/quotas/help/request_increase',
      },
    ],
  }
  return new GoogleError('RESOURCE_EXHAUSTED', message, [
    errorInfo('RATE_LIMIT_EXCEEDED', 'googleapis.com', metadata),
    help,
  ])
}

function countExceeded(message: string, subject: string): GoogleError {
  const failure = {
    '@type': 'type.googleapis.com/google.rpc.QuotaFailure',
    violations: [{ subject, description: message }],
  }
  return new GoogleError('RESOURCE_EXHAUSTED', message, [failure])
}
