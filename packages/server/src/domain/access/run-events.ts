/** As far as an event says whom it is about. */
export interface AboutResources {
  readonly event: string
  readonly resource: Labels
  readonly related: readonly Labels[]
}

type Labels = Readonly<Record<string, string>>

const ID = 'prefect.resource.id'
const FLOW_RUN = 'prefect.flow-run.'
/** What a container's client tells; everything else that begins with `prefect.` is told by the server alone. */
const CLIENT_EVENTS = [
  'prefect.task-run.',
  'prefect.flow-run.heartbeat',
  'prefect.flow-run.pull-step.',
  'prefect.block.',
  'prefect.concurrency-limit.acquired',
  'prefect.concurrency-limit.released',
  'prefect.artifact.',
  'prefect.asset.',
  'prefect.input.',
  'prefect.runner.',
  'prefect.worker.',
]
/** Resources of these kinds are of a flow run, which must then be named. */
const OF_A_RUN = [FLOW_RUN, 'prefect.task-run.']

/** The flow runs that an event names, as its resource or as a related one. */
export function flowRunsOf({ resource, related }: AboutResources): readonly string[] {
  const ids = [resource, ...related].map((labels) => labels[ID] ?? '')
  return [...new Set(ids.filter((id) => id.startsWith(FLOW_RUN)).map((id) => id.slice(FLOW_RUN.length)))]
}

/**
 * Whether a run may tell this at all, provided that every flow run it names is its own: events of its own, and those
 * of its client. Tasks must say to which run they belong.
 */
export function isRunEvent(event: AboutResources): boolean {
  const { event: name, resource } = event
  if (name.startsWith('prefect.') && !CLIENT_EVENTS.some((prefix) => name.startsWith(prefix))) return false
  const isOfRun = OF_A_RUN.some((prefix) => (resource[ID] ?? '').startsWith(prefix))
  return !isOfRun || flowRunsOf(event).length > 0
}
