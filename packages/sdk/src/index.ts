export { flow, type Flow } from './flow.ts'
export type { FlowOptions } from './flow-definition.ts'
export { task, type Task } from './task.ts'
export type { TaskOptions } from './task-definition.ts'
export { getLogger, runContext, type FlowRunInfo, type RunContext, type TaskRunInfo } from './run-context.ts'
export type { Logger, LogMethod } from './logger.ts'
export { Cancelled, Completed, Crashed, Failed, type State, type StateOptions } from './states.ts'
export type { StateDetails, StateType } from './wire.ts'
export {
  ApiError,
  ApiUnreachableError,
  ConfigurationError,
  InterruptedError,
  RunFailedError,
  TimedOutError,
} from './errors.ts'
