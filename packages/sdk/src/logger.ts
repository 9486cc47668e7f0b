import { format } from 'node:util'
import type { Host } from './host.ts'
import type { LogSink } from './log-shipper.ts'

/** Arguments as for `console.log`: a text with placeholders such as `%s` and `%d`, then anything. */
export type LogMethod = (message: string, ...details: readonly unknown[]) => void

export interface Logger {
  readonly debug: LogMethod
  readonly info: LogMethod
  readonly warn: LogMethod
  readonly error: LogMethod
  readonly critical: LogMethod
}

export interface LoggerOptions {
  readonly host: Host
  readonly level: number
  /** null: only printed. */
  readonly sink: LogSink | null
  /** As Prefect's tools know it: `prefect.flow_runs` or `prefect.task_runs`. */
  readonly name: string
  /** Leads each printed line, for example `Task run 'fetch-0'`. */
  readonly label: string
  readonly flowRunId: string | null
  readonly taskRunId: string | null
}

export function createLogger(options: LoggerOptions): Logger {
  const at =
    (level: number, title: string): LogMethod =>
    (message, ...details) => {
      if (level >= options.level) write(options, level, title, format(message, ...details))
    }
  return {
    debug: at(10, 'DEBUG'),
    info: at(20, 'INFO'),
    warn: at(30, 'WARN'),
    error: at(40, 'ERROR'),
    critical: at(50, 'CRITICAL'),
  }
}

function write(
  { host, sink, name, label, flowRunId, taskRunId }: LoggerOptions,
  level: number,
  title: string,
  message: string,
): void {
  const timestamp = host.now()
  host.print(`${timestamp.slice(11, 23)} | ${title.padEnd(7)} | ${label} - ${message}`)
  sink?.write({ name, level, message, timestamp, flow_run_id: flowRunId, task_run_id: taskRunId })
}
