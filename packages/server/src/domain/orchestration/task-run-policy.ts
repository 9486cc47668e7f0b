import type { Aftermath, Rule } from './rule.ts'
import { copyScheduledTime } from './rules/copy-scheduled-time.ts'
import { copyTaskParametersId } from './rules/copy-task-parameters-id.ts'
import { enqueueBackgroundTask } from './rules/enqueue-background-task.ts'
import { insertCache } from './rules/insert-cache.ts'
import { preventPending } from './rules/prevent-pending.ts'
import { releaseTagSlots } from './rules/release-tag-slots.ts'
import { renameReruns } from './rules/rename-reruns.ts'
import { retrieveCache } from './rules/retrieve-cache.ts'
import { retryFailedTask } from './rules/retry-failed-task.ts'
import { runningFlowOnly } from './rules/running-flow-only.ts'
import { secureTagSlots } from './rules/secure-tag-slots.ts'
import { terminalTaskStates } from './rules/terminal-task-states.ts'
import { trackFlowRunCount } from './rules/track-flow-run-count.ts'
import { waitForScheduledTime } from './rules/wait-for-scheduled-time.ts'
import type { TaskRunFacts } from './verdict.ts'

/** Prefect's order. A cached state is found even when all slots are taken. */
export const taskRunPolicy: readonly Rule<TaskRunFacts>[] = [
  retrieveCache,
  terminalTaskStates,
  runningFlowOnly,
  secureTagSlots,
  copyScheduledTime,
  waitForScheduledTime,
  retryFailedTask,
  renameReruns,
  trackFlowRunCount,
  insertCache,
]

/** For states that are deferred. */
export const backgroundTaskRunPolicy: readonly Rule<TaskRunFacts>[] = [
  preventPending,
  retrieveCache,
  terminalTaskStates,
  copyScheduledTime,
  copyTaskParametersId,
  waitForScheduledTime,
  retryFailedTask,
  renameReruns,
  trackFlowRunCount,
  insertCache,
  enqueueBackgroundTask,
]

/** With `force`, and for what the server itself decides. */
export const forcedTaskRunPolicy: readonly Rule<TaskRunFacts>[] = []

export const taskRunAftermath: readonly Aftermath<TaskRunFacts>[] = [releaseTagSlots]
