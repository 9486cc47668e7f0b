/**
 * Coalesces what arrives while the previous batch is in flight; never waits for a timer.
 * A key appears at most once in a batch and never in two batches at a time, so items of one key keep their order.
 */
export class Batcher<Item, Result> {
  readonly #options: BatcherOptions<Item, Result>
  #waiting: Entry<Item, Result>[] = []
  readonly #busyKeys = new Set<string>()
  #inFlight = 0
  #scheduled = false

  constructor(options: BatcherOptions<Item, Result>) {
    this.#options = options
  }

  run(item: Item): Promise<Result> {
    const { promise, resolve, reject } = Promise.withResolvers<Result>()
    this.#waiting.push({ item, key: this.#options.keyOf(item), resolve, reject })
    this.#schedule()
    return promise
  }

  #schedule(): void {
    if (this.#scheduled || this.#waiting.length === 0) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      while (this.#inFlight < this.#options.inFlight) {
        const batch = this.#take()
        if (batch.length === 0) return
        void this.#flush(batch) // settles every entry and never rejects
      }
    })
  }

  #take(): Entry<Item, Result>[] {
    const batch: Entry<Item, Result>[] = []
    const rest: Entry<Item, Result>[] = []
    const passedOver = new Set<string>()
    for (const entry of this.#waiting) {
      const blocked = this.#busyKeys.has(entry.key) || passedOver.has(entry.key)
      if (!blocked && batch.length < this.#options.size) {
        batch.push(entry)
        this.#busyKeys.add(entry.key)
      } else {
        rest.push(entry)
        passedOver.add(entry.key)
      }
    }
    this.#waiting = rest
    return batch
  }

  async #flush(batch: readonly Entry<Item, Result>[]): Promise<void> {
    this.#inFlight += 1
    try {
      await this.#write(batch)
    } finally {
      this.#inFlight -= 1
      for (const entry of batch) this.#busyKeys.delete(entry.key)
      this.#schedule()
    }
  }

  async #write(batch: readonly Entry<Item, Result>[]): Promise<void> {
    try {
      const results = await this.#options.write(batch.map((entry) => entry.item))
      for (const [index, entry] of batch.entries()) {
        const result = results[index]
        if (result === undefined) entry.reject(new Error('The batch returned too few results'))
        else entry.resolve(result)
      }
    } catch (error) {
      const [only, ...others] = batch
      if (only !== undefined && others.length === 0) only.reject(error)
      // One bad item must not fail its neighbours: each is tried alone and gets its own answer.
      else for (const entry of batch) await this.#write([entry])
    }
  }
}

export interface BatcherOptions<Item, Result> {
  readonly keyOf: (item: Item) => string
  /** Results in the order of the items; an expected failure of one item is a result, not a throw. */
  readonly write: (items: readonly Item[]) => Promise<readonly Result[]>
  /** Items per batch, at most. */
  readonly size: number
  /** Batches at the same time, at most. */
  readonly inFlight: number
}

interface Entry<Item, Result> {
  readonly item: Item
  readonly key: string
  readonly resolve: (result: Result) => void
  readonly reject: (error: unknown) => void
}
