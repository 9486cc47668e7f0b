export interface LoadResult {
  readonly samplesMs: readonly number[]
  readonly elapsedMs: number
}

interface Load<Item> {
  readonly items: readonly Item[]
  readonly concurrency: number
}

/** Sends every item once, `concurrency` at a time; the next begins when one has ended. The first error ends it all. */
export async function runLoad<Item>(
  { items, concurrency }: Load<Item>,
  send: (item: Item, index: number) => Promise<void>,
): Promise<LoadResult> {
  const samplesMs: number[] = []
  let next = 0
  const lane = async () => {
    for (let index = next++; index < items.length; index = next++) {
      const started = performance.now()
      // The index is below the length: an item of `undefined` would be the list's own.
      await send(items[index] as Item, index)
      samplesMs.push(performance.now() - started)
    }
  }
  const started = performance.now()
  await Promise.all(Array.from({ length: concurrency }, lane))
  return { samplesMs, elapsedMs: performance.now() - started }
}
