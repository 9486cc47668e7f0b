import type { EdgeContext } from '../context.ts'

/**
 * A background loop: a name, an interval, and one pass. `runOnce` is safe on any number of servers at once and safe
 * to be killed anywhere; tests call it directly.
 */
export interface Service {
  readonly name: string
  readonly intervalMs: number
  /** `more`: a full batch was found, so go on without waiting. */
  runOnce(ctx: EdgeContext): Promise<'more' | 'idle'>
}

/** What /api/ready tells about a loop. */
export interface ServiceStatus {
  readonly name: string
  readonly interval_seconds: number
  readonly last_success: string | null
  readonly last_failure: string | null
  readonly last_error: string | null
  /** False when the loop has had no success for three intervals (at least ten seconds). */
  readonly healthy: boolean
}

export interface RunningService {
  readonly status: () => ServiceStatus
  /** Runs a pass as soon as the present one is over. */
  readonly wake: () => void
  /** Resolves when the present pass is over. */
  readonly stop: () => Promise<void>
}

const MAX_BACKOFF_MS = 30_000
const LEAST_PATIENCE_MS = 10_000

/** Owns jitter, back-off, wake-ups and stopping. A pass that fails is logged and tried again; nothing else catches. */
export function startService(ctx: EdgeContext, service: Service): RunningService {
  const stopping = new AbortController()
  let failures = 0
  let lastSuccess: string | null = null
  let lastFailure: string | null = null
  let lastError: string | null = null
  let woken = false
  let cancelTimer: (() => void) | null = null
  let wakeUp: (() => void) | null = null
  const startedMs = Date.parse(ctx.clock.now())

  const pause = (ms: number) =>
    new Promise<void>((resolve) => {
      const go = () => {
        cancelTimer?.()
        cancelTimer = null
        wakeUp = null
        resolve()
      }
      wakeUp = go
      cancelTimer = ctx.timers.after(ms, go)
    })

  const loop = async () => {
    while (!stopping.signal.aborted) {
      woken = false
      let result: 'more' | 'idle' = 'idle'
      try {
        result = await service.runOnce(ctx)
        failures = 0
        lastSuccess = ctx.clock.now()
      } catch (error) {
        failures += 1
        lastFailure = ctx.clock.now()
        lastError = error instanceof Error ? error.message : String(error)
        ctx.log.error({ service: service.name, err: error }, 'A background pass failed; it will be tried again')
      }
      if (stopping.signal.aborted) return
      if (failures === 0 && (result === 'more' || woken)) continue
      const base = failures === 0 ? service.intervalMs : Math.min(MAX_BACKOFF_MS, 250 * 2 ** failures)
      await pause(base * (0.9 + ctx.random.fraction() * 0.2))
    }
  }
  const running = loop()

  return {
    status: () => {
      const patienceMs = Math.max(LEAST_PATIENCE_MS, service.intervalMs * 3)
      const since = lastSuccess === null ? startedMs : Date.parse(lastSuccess)
      return {
        name: service.name,
        interval_seconds: service.intervalMs / 1_000,
        last_success: lastSuccess,
        last_failure: lastFailure,
        last_error: lastError,
        healthy: Date.parse(ctx.clock.now()) - since <= patienceMs,
      }
    },
    wake: () => {
      woken = true
      wakeUp?.()
    },
    stop: async () => {
      stopping.abort()
      wakeUp?.()
      await running
    },
  }
}
