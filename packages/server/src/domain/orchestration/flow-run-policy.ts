import type { Aftermath, Rule } from './rule.ts'
import { cancelLateWhenFull } from './rules/cancel-late-when-full.ts'
import { cancelWithoutInfrastructure } from './rules/cancel-without-infrastructure.ts'
import { cancellingToCancelled } from './rules/cancelling-to-cancelled.ts'
import { confirmSlotAtStart } from './rules/confirm-slot-at-start.ts'
import { copyScheduledTime } from './rules/copy-scheduled-time.ts'
import { handBack } from './rules/hand-back.ts'
import { keepLeaseId } from './rules/keep-lease-id.ts'
import { keepResult } from './rules/keep-result.ts'
import { mirrorToParent } from './rules/mirror-to-parent.ts'
import { onlyScheduledLate } from './rules/only-scheduled-late.ts'
import { pausing } from './rules/pausing.ts'
import { pinLeaseOfOldClients } from './rules/pin-lease-of-old-clients.ts'
import { preventDuplicateTransitions } from './rules/prevent-duplicate-transitions.ts'
import { preventPending } from './rules/prevent-pending.ts'
import { releaseDeploymentSlot } from './rules/release-deployment-slot.ts'
import { resuming } from './rules/resuming.ts'
import { retryFailedFlow } from './rules/retry-failed-flow.ts'
import { secureDeploymentSlot } from './rules/secure-deployment-slot.ts'
import { startFence } from './rules/start-fence.ts'
import { terminalStates } from './rules/terminal-states.ts'
import { waitForScheduledTime } from './rules/wait-for-scheduled-time.ts'
import type { FlowRunFacts } from './verdict.ts'

/** Prefect's order; the start fence and handing back are ours. */
export const flowRunPolicy: readonly Rule<FlowRunFacts>[] = [
  keepLeaseId,
  preventDuplicateTransitions,
  startFence,
  terminalStates,
  cancellingToCancelled,
  cancelWithoutInfrastructure,
  preventPending,
  confirmSlotAtStart,
  secureDeploymentSlot,
  pinLeaseOfOldClients,
  onlyScheduledLate,
  pausing,
  resuming,
  copyScheduledTime,
  waitForScheduledTime,
  handBack,
  retryFailedFlow,
]

/** With `force`, and for what the server itself decides. */
export const forcedFlowRunPolicy: readonly Rule<FlowRunFacts>[] = [startFence, keepResult, cancelWithoutInfrastructure]

export const lateFlowRunPolicy: readonly Rule<FlowRunFacts>[] = [onlyScheduledLate, cancelLateWhenFull]

export const flowRunAftermath: readonly Aftermath<FlowRunFacts>[] = [releaseDeploymentSlot, mirrorToParent]
