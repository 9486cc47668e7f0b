interface Prioritised {
  readonly id: string
  readonly priority: number
}

/** The least urgent free place before the first gap: what a queue gets that asks for none. */
export function lowestFreePriority(queues: readonly Prioritised[]): number {
  const taken = new Set(queues.map((queue) => queue.priority))
  let priority = 1
  while (taken.has(priority)) priority += 1
  return priority
}

/**
 * Puts a queue at a priority. Whoever stands there moves down by one, and so does everybody that this pushes, up to
 * the first gap; nobody ever moves up. Only those that move are returned.
 */
export function placeQueue(queues: readonly Prioritised[], placed: Prioritised): readonly Prioritised[] {
  const others = queues
    .filter((queue) => queue.id !== placed.id)
    .toSorted((a, b) => a.priority - b.priority || (a.id < b.id ? -1 : 1))
  const taken = new Set([placed.priority])
  const moved: Prioritised[] = []
  for (const queue of others) {
    let priority = queue.priority
    while (taken.has(priority)) priority += 1
    taken.add(priority)
    if (priority !== queue.priority) moved.push({ id: queue.id, priority })
  }
  return moved
}
