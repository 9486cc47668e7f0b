import type { Event } from '@slipway/contract'

/** The cached answers that an event makes old, by the first parts of their keys. */
export function keysOf(event: Pick<Event, 'event' | 'resource' | 'related'>): readonly (readonly string[])[] {
  const ids = [event.resource, ...event.related].map((resource) => resource['prefect.resource.id'] ?? '')
  const runs = ids.filter((id) => id.startsWith('prefect.flow-run.')).map((id) => id.slice('prefect.flow-run.'.length))
  const of = (prefix: string) => event.event.startsWith(`prefect.${prefix}`)
  if (of('flow-run.')) return [['runs'], ...runs.map((id) => ['run', id])]
  if (of('task-run.')) return runs.map((id) => ['run', id, 'tasks'])
  if (of('work-pool.') || of('work-queue.')) return [['pools']]
  if (of('deployment.')) return [['deployments']]
  if (of('block-')) return [['blocks']]
  return []
}
