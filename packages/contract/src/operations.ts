import type { Operation } from './operation.ts'
import * as admin from './operations/admin.ts'
import * as apiKeys from './operations/api-keys.ts'
import * as artifacts from './operations/artifacts.ts'
import * as automations from './operations/automations.ts'
import * as blockTypes from './operations/block-types.ts'
import * as blocks from './operations/blocks.ts'
import * as concurrencyLimits from './operations/concurrency-limits.ts'
import * as deployments from './operations/deployments.ts'
import * as events from './operations/events.ts'
import * as flowRunStates from './operations/flow-run-states.ts'
import * as flowRunStatistics from './operations/flow-run-statistics.ts'
import * as flowRuns from './operations/flow-runs.ts'
import * as flows from './operations/flows.ts'
import * as globalConcurrencyLimits from './operations/global-concurrency-limits.ts'
import * as logs from './operations/logs.ts'
import * as savedSearches from './operations/saved-searches.ts'
import * as schedules from './operations/schedules.ts'
import * as taskRuns from './operations/task-runs.ts'
import * as ui from './operations/ui.ts'
import * as variables from './operations/variables.ts'
import * as workPools from './operations/work-pools.ts'
import * as workQueues from './operations/work-queues.ts'

/** Every operation of the API by its id: `operations.readFlow`. */
export const operations = {
  ...admin,
  ...apiKeys,
  ...artifacts,
  ...automations,
  ...blockTypes,
  ...blocks,
  ...concurrencyLimits,
  ...deployments,
  ...events,
  ...flowRunStates,
  ...flowRunStatistics,
  ...flowRuns,
  ...flows,
  ...globalConcurrencyLimits,
  ...logs,
  ...savedSearches,
  ...schedules,
  ...taskRuns,
  ...ui,
  ...variables,
  ...workPools,
  ...workQueues,
}

export const allOperations: readonly Operation[] = Object.values(operations)
