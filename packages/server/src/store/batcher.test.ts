import { expect, test } from 'vitest'
import { Batcher } from './batcher.ts'

function recording(options: { size?: number; inFlight?: number; fail?: (item: string) => boolean } = {}) {
  const batches: string[][] = []
  const batcher = new Batcher<string, string>({
    keyOf: (item) => item.slice(0, 1),
    size: options.size ?? 10,
    inFlight: options.inFlight ?? 2,
    write: async (items) => {
      batches.push([...items])
      await new Promise((resolve) => setImmediate(resolve))
      if (items.some((item) => options.fail?.(item) === true)) throw new Error(`bad ${items.join()}`)
      return items.map((item) => item.toUpperCase())
    },
  })
  return { batcher, batches }
}

test('what arrives together is written together', async () => {
  const { batcher, batches } = recording()
  expect(await Promise.all(['a', 'b', 'c'].map((item) => batcher.run(item)))).toEqual(['A', 'B', 'C'])
  expect(batches).toEqual([['a', 'b', 'c']])
})

test('one key is never twice in a batch nor in two batches at a time', async () => {
  const { batcher, batches } = recording()
  await Promise.all(['a1', 'a2', 'b1', 'a3'].map((item) => batcher.run(item)))
  expect(batches).toEqual([['a1', 'b1'], ['a2'], ['a3']])
})

test('a bad item fails alone', async () => {
  const { batcher } = recording({ fail: (item) => item === 'b' })
  const results = await Promise.allSettled(['a', 'b', 'c'].map((item) => batcher.run(item)))
  expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
})

test('a batch is never larger than its size', async () => {
  const { batcher, batches } = recording({ size: 2, inFlight: 1 })
  await Promise.all(['a', 'b', 'c', 'd', 'e'].map((item) => batcher.run(item)))
  expect(batches.map((batch) => batch.length)).toEqual([2, 2, 1])
})
