/** In-process fan-out of one kind of thing, from the loop that reads the database to the sockets of this server. */
export interface Channel<T> {
  publish(items: readonly T[]): void
  /** Calls `receive` with everything that is published from now on; it must not throw. The returned function ends it. */
  subscribe(receive: (items: readonly T[]) => void): () => void
  hasSubscribers(): boolean
}

export function createChannel<T>(): Channel<T> {
  const subscribers = new Set<(items: readonly T[]) => void>()
  return {
    publish(items) {
      if (items.length === 0) return
      for (const receive of subscribers) receive(items)
    },
    subscribe(receive) {
      // A function of its own per call, so that the same one may subscribe twice.
      const own = (items: readonly T[]) => receive(items)
      subscribers.add(own)
      return () => subscribers.delete(own)
    },
    hasSubscribers: () => subscribers.size > 0,
  }
}
