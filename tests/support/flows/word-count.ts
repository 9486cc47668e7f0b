import { appendFileSync } from 'node:fs'
import { flow, getLogger, runContext, task } from '@slipway/sdk'

const count = task({ name: 'count' }, async (word: string) => {
  getLogger().info('%s has %d letters', word, word.length)
  return word.length
})

const sum = task({ name: 'sum' }, async (counts: readonly number[]) => counts.reduce((total, each) => total + each, 0))

interface Parameters {
  readonly words?: readonly string[]
  /** Gets one line a run: the proof that user code ran, and how often. */
  readonly ledger?: string
}

/** Two tasks and a log line. */
export const wordCount = flow({ name: 'wordCount' }, async ({ words = ['slipway'], ledger }: Parameters) => {
  if (ledger !== undefined) appendFileSync(ledger, `${runContext()?.flowRun.id ?? 'nobody'}\n`)
  const counts: number[] = []
  for (const word of words) counts.push(await count(word))
  const total = await sum(counts)
  getLogger().info('%d letters in all', total)
  return total
})

/** Stays until it is cancelled, by the abort of its signal. */
export const wait = flow({ name: 'wait' }, async () => {
  getLogger().info('waiting')
  const signal = runContext()?.signal
  await new Promise<void>((settle) => signal?.addEventListener('abort', () => settle(), { once: true }))
})

/** A container that dies without a word to the API. */
export const crash = flow({ name: 'crash' }, async () => {
  process.stderr.write('about to die of exit code 3\n')
  process.exit(3)
})
