const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
const NUMBERS: Readonly<Record<(typeof SIGNALS)[number], number>> = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 }

/**
 * `timeout` and some shells signal both a process and its group: what arrives this soon after the first is the same wish.
 */
const SAME_WISH_MS = 300

/** Settles at the first signal that asks this process to stop; a second one ends it at once. */
export function nextStopSignal(): Promise<NodeJS.Signals> {
  const { promise, resolve } = Promise.withResolvers<NodeJS.Signals>()
  let firstAt: number | null = null
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      const now = performance.now()
      if (firstAt === null) {
        firstAt = now
        resolve(signal)
      } else if (now - firstAt > SAME_WISH_MS) {
        process.exit(128 + NUMBERS[signal])
      }
    })
  }
  return promise
}
