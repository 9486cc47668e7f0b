import type { EdgeContext } from '../../context.ts'
import {
  confirmBackgroundTask,
  forgetOldDeliveries,
  handBackBackgroundTask,
  nextBackgroundTask,
} from '../../operations/deliver-background-tasks.ts'
import { taskRunView } from '../routes/task-run-response.ts'
import { type Connection, HANDSHAKE_MS } from './handshake.ts'
import { createOutgoing } from './outgoing.ts'
import { parseFrame } from './parse-frame.ts'
import { taskWorker, type TaskWorkers } from './task-workers.ts'

const PROTOCOL_VIOLATION = 4001
/** A worker that waits looks this often, for messages that were lost and tasks whose worker is gone. */
const LOOK_AGAIN_MS = 10_000
/** As long as it likes: the heartbeat notices when it is gone. */
const ACK_MS = 86_400_000

export interface TaskSubscriptionParts {
  readonly ctx: EdgeContext
  readonly workers: TaskWorkers
}

/**
 * Gives a worker background tasks of its keys, one at a time, the next after `ack`. The queue is the table of task
 * runs, so nothing waits in memory and every server serves every worker.
 */
export async function deliverTasks(connection: Connection, { ctx, workers }: TaskSubscriptionParts): Promise<void> {
  const { socket, frames, caller, workspace_id, request } = connection
  const wish = parseFrame(await frames.next(HANDSHAKE_MS))
  if (wish?.type !== 'subscribe') return violation(connection, 'expected a subscribe message')
  const { keys, client_id } = wish
  if (!isTexts(keys)) return violation(connection, 'expected "keys" in the subscribe message')
  if (typeof client_id !== 'string') return violation(connection, 'expected "client_id" in the subscribe message')
  if (caller.kind === 'run') return socket.close(1008, 'Containers of runs are no task workers')

  const out = createOutgoing(socket)
  const leave = workers.add(workspace_id, taskWorker(client_id, keys, ctx.clock.now()))
  try {
    while (socket.readyState === socket.OPEN) {
      const task = await waitForTask(connection, ctx, keys)
      if (task === null) return
      const isSent = await out.sendAndWait(JSON.stringify(taskRunView(task, ctx.clock.now())))
      const answer = isSent ? parseFrame(await frames.next(ACK_MS)) : null
      if (answer?.type === 'ack') {
        await confirmBackgroundTask(ctx, task.id)
        continue
      }
      await handBackBackgroundTask(ctx, task.id)
      if (answer?.type === 'quit') return socket.close(1000)
      return violation(connection, 'expected an ack message')
    }
  } catch (error) {
    request.log.warn({ err: error }, 'background tasks could not be delivered; the worker will come back')
    socket.close(1011, 'Internal error')
  } finally {
    leave()
  }
}

/** Null: the worker is gone. */
async function waitForTask({ socket, workspace_id }: Connection, ctx: EdgeContext, task_keys: readonly string[]) {
  let wake = () => {}
  // Before the first look, so that what comes between two looks is not missed.
  const unsubscribe = ctx.live.tasks.subscribe(() => wake())
  const onClose = () => wake()
  socket.on('close', onClose)
  try {
    for (;;) {
      const { promise, resolve } = Promise.withResolvers<void>()
      wake = resolve
      const task = await nextBackgroundTask(ctx, { workspace_id, task_keys })
      if (task !== null) return task
      if (socket.readyState !== socket.OPEN) return null
      await forgetOldDeliveries(ctx)
      const cancel = ctx.timers.after(LOOK_AGAIN_MS, resolve)
      await promise
      cancel()
      if (socket.readyState !== socket.OPEN) return null
    }
  } finally {
    unsubscribe()
    socket.off('close', onClose)
  }
}

function violation({ socket }: Connection, what: string): void {
  socket.close(PROTOCOL_VIOLATION, `Protocol violation: ${what}`)
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}
