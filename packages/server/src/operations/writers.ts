import type { Context } from '../context.ts'
import { createFlowRunStateWriter, type FlowRunStateWriter } from './set-flow-run-state.ts'
import { createFlowRunWriter, type FlowRunWriter } from './write-flow-runs.ts'
import { createLogWriter, type LogWriter } from './write-logs.ts'
import { createTaskRunWriter, type TaskRunWriter } from './write-task-runs.ts'

/** The hot writes of one process, each with a batcher of its own. */
export interface Writers {
  readonly writeFlowRun: FlowRunWriter
  readonly writeFlowRunState: FlowRunStateWriter
  readonly writeTaskRun: TaskRunWriter
  readonly writeLogs: LogWriter
}

/** Made once, where the context is made. */
export function createWriters(ctx: Context): Writers {
  return {
    writeFlowRun: createFlowRunWriter(ctx),
    writeFlowRunState: createFlowRunStateWriter(ctx),
    writeTaskRun: createTaskRunWriter(ctx),
    writeLogs: createLogWriter(ctx),
  }
}
