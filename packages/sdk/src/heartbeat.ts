import { pause, type Companion } from './companion.ts'
import { relatedToFlowRun } from './related.ts'

/** One sign of life at once and then one at each interval; a server may take a run for crashed when they stop. */
export async function sendHeartbeats(companion: Companion, intervalMs: number): Promise<void> {
  const { host, run, connection } = companion
  do {
    connection.events.emit({
      id: host.uuid7(),
      event: 'prefect.flow-run.heartbeat',
      occurred: host.now(),
      resource: {
        'prefect.resource.id': `prefect.flow-run.${run.id}`,
        'prefect.resource.name': run.name,
        'prefect.version': '3.8.8',
      },
      related: relatedToFlowRun(run),
      payload: {},
      follows: null,
    })
  } while (await pause(companion, intervalMs))
}
