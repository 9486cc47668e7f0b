const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
const NUMBERS: Readonly<Record<(typeof SIGNALS)[number], number>> = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 }

/**
 * `timeout` and some shells signal both a process and its group: what arrives this soon after the first is the same wish.
 */
const SAME_WISH_MS = 300

export type StopReason = (typeof SIGNALS)[number] | 'end of stdin'

/**
 * Settles when this process is asked to stop; a second signal ends it at once. With `withStdin` the end of stdin asks
 * too: the system closes that pipe however the program at its other end dies.
 */
export function nextStop({ withStdin }: { readonly withStdin: boolean }): Promise<StopReason> {
  const { promise, resolve } = Promise.withResolvers<StopReason>()
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
  if (withStdin) {
    process.stdin.once('close', () => resolve('end of stdin'))
    process.stdin.resume()
  }
  return promise
}
