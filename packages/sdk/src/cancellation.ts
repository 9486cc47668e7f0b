import { pause, type Companion } from './companion.ts'
import { describeError, InterruptedError } from './errors.ts'
import { openEventSocket } from './events.ts'
import { addSeconds } from './time.ts'
import { isTerminal, type ServerState, type Timestamp } from './wire.ts'

/** The events that end a run which this process holds for running. */
const END_EVENTS = ['Cancelling', 'Cancelled', 'Crashed', 'Completed', 'Failed'].map(
  (name) => `prefect.flow-run.${name}`,
)
const TIMEOUT_MS = 20_000
const FIRST_RETRY_MS = 1_000
const LONGEST_RETRY_MS = 30_000
const ONE_YEAR_SECONDS = 31_536_000

/**
 * Listens for the end of the run that others decide: a cancellation, or a server that holds it for dead.
 * While the socket is away the run is read by REST instead, so nothing is missed, only learned later.
 */
export async function watchForEnd(companion: Companion, since: Timestamp): Promise<void> {
  let retryMs = FIRST_RETRY_MS
  do {
    try {
      await listen(companion, since)
      return
    } catch (error) {
      if (companion.signal.aborted) return
      companion.logger.debug('Not listening for a cancellation: %s', describeError(error))
    }
    if (await isOver(companion)) return
    retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS)
  } while (await pause(companion, retryMs))
}

async function listen({ connection, run, signal, interruption }: Companion, since: Timestamp): Promise<void> {
  const socket = await openEventSocket(connection.api, '/events/out', TIMEOUT_MS)
  const hangUp = (): void => socket.destroy()
  if (signal.aborted) hangUp()
  signal.addEventListener('abort', hangUp, { once: true })
  try {
    const filter = {
      // Not earlier than the start: an older cancellation of the same run, since started again, is none.
      occurred: { since, until: addSeconds(since, ONE_YEAR_SECONDS) },
      event: { name: END_EVENTS },
      resource: { id: [`prefect.flow-run.${run.id}`] },
    }
    socket.send(JSON.stringify({ type: 'filter', filter, backfill: true }))
    for (;;) {
      const name = nameOfEvent(JSON.parse(await socket.receive()), run.id)
      if (name === null || !END_EVENTS.includes(name)) continue
      interruption.abort(interruptionFor(name.slice('prefect.flow-run.'.length)))
      return
    }
  } finally {
    signal.removeEventListener('abort', hangUp)
    socket.destroy()
  }
}

async function isOver({ connection, run, interruption, logger, signal }: Companion): Promise<boolean> {
  try {
    const { state } = await connection.client.getFlowRun(run.id, { patienceMs: 0, signal })
    if (state === null || !isEnd(state)) return false
    interruption.abort(interruptionFor(state.type === 'CANCELLING' ? 'Cancelling' : (state.name ?? state.type)))
    return true
  } catch (error) {
    if (!signal.aborted) logger.debug('The run could not be read: %s', describeError(error))
    return false
  }
}

function isEnd(state: ServerState): boolean {
  return state.type === 'CANCELLING' || isTerminal(state.type)
}

function interruptionFor(name: string): InterruptedError {
  if (name === 'Cancelling') return new InterruptedError('cancelled', 'The flow run was cancelled')
  return new InterruptedError('ended', `The flow run was set to ${name} elsewhere`)
}

function nameOfEvent(message: unknown, flowRunId: string): string | null {
  if (!isObject(message) || message['type'] !== 'event' || !isObject(message['event'])) return null
  const { event, resource } = message['event']
  if (!isObject(resource) || resource['prefect.resource.id'] !== `prefect.flow-run.${flowRunId}`) return null
  return typeof event === 'string' ? event : null
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
