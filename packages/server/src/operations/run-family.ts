import { isUuid } from '@slipway/contract'
import { type AboutResources, flowRunsOf, isRunEvent } from '../domain/access/run-events.ts'
import type { Queryable } from '../store/database.ts'
import { areOwnRuns, type RunHolder } from './check-run-targets.ts'

/** Runs whose answer is remembered: on the stream of all events most of them come up again and again. */
const MOST_REMEMBERED = 10_000

/** For a socket of a container: which events are about its run or the runs below it. */
export interface RunFamily {
  /** May the run tell this? */
  readonly mayTell: (event: AboutResources) => Promise<boolean>
  readonly mayTellAll: (events: readonly AboutResources[]) => Promise<boolean>
  /** May the run be told this? */
  readonly mayHear: (event: AboutResources) => Promise<boolean>
  readonly owns: (flow_run_id: string) => Promise<boolean>
}

export function createRunFamily(db: Queryable, holder: RunHolder): RunFamily {
  const known = new Map<string, boolean>()

  async function owns(flow_run_id: string): Promise<boolean> {
    const remembered = known.get(flow_run_id)
    if (remembered !== undefined) return remembered
    const isOwn = isUuid(flow_run_id) && (await areOwnRuns(db, holder, [flow_run_id]))
    known.set(flow_run_id, isOwn)
    const [oldest] = known.keys()
    if (known.size > MOST_REMEMBERED && oldest !== undefined) known.delete(oldest)
    return isOwn
  }

  async function mayTell(event: AboutResources): Promise<boolean> {
    if (!isRunEvent(event)) return false
    for (const id of flowRunsOf(event)) if (!(await owns(id))) return false
    return true
  }

  return {
    owns,
    mayTell,
    async mayTellAll(events) {
      for (const event of events) if (!(await mayTell(event))) return false
      return true
    },
    async mayHear(event) {
      for (const id of flowRunsOf(event)) if (await owns(id)) return true
      return false
    },
  }
}
