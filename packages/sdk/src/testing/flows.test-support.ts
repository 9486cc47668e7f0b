import { flow, getLogger, runContext, task } from '../index.ts'

const double = task({ name: 'double' }, async (n: number) => {
  getLogger().info('doubling %d', n)
  return n * 2
})

export const sum = flow({ name: 'sum', version: 'v7' }, async ({ numbers }: { numbers: readonly number[] }) => {
  const doubled = await Promise.all(numbers.map(async (n) => await double(n)))
  return doubled.reduce((total, n) => total + n, 0)
})

export const broken = flow({ name: 'broken' }, async () => {
  throw new TypeError('out of cheese')
})

export const retried = flow({ name: 'retried', retries: 3, retryDelaySeconds: 1.5 }, async () => undefined)

/** Ends only when it is told to. */
export const endless = flow({ name: 'endless' }, async () => {
  const { promise, reject } = Promise.withResolvers<never>()
  const signal = runContext()?.signal
  // Without anything to wait for, Node would end.
  const timer = setInterval(() => undefined, 1_000)
  signal?.addEventListener('abort', () => {
    clearInterval(timer)
    reject(signal.reason as Error)
  })
  return await promise
})

export const notAFlow = 1
