import { pino, type DestinationStream, type Logger } from 'pino'
import type { Config } from './config.ts'

/** What must never be written, wherever it turns up in a log line. */
const SECRETS = [
  '*.authorization',
  '*.password',
  '*.private_key',
  '*.auth_string',
  '*.token',
  'authorization',
  'password',
  'token',
]

/** Structured lines: JSON where a program reads them, short text on a terminal. Everything goes to stderr. */
export function createLog(config: Pick<Config, 'log_level' | 'log_format'>, isTerminal: boolean): Logger {
  const pretty = config.log_format === 'pretty' || (config.log_format === 'auto' && isTerminal)
  const options = { level: config.log_level, base: null, redact: { paths: SECRETS, censor: '********' } }
  return pino(options, pretty ? prettyStream() : pino.destination({ dest: 2, sync: true }))
}

const LEVELS: Readonly<Record<number, string>> = {
  10: 'trace',
  20: 'debug',
  30: 'info',
  40: 'warn',
  50: 'error',
  60: 'fatal',
}

function prettyStream(): DestinationStream {
  return {
    write(line) {
      const { level, time, msg, err, ...rest } = JSON.parse(line) as {
        level: number
        time: number
        msg?: string
        err?: { message?: string; stack?: string }
      }
      const clock = new Date(time).toISOString().slice(11, 23)
      const details = Object.keys(rest).length === 0 ? '' : ` ${JSON.stringify(rest)}`
      const problem = err === undefined ? '' : `\n  ${err.stack ?? err.message ?? ''}`
      process.stderr.write(`${clock} ${LEVELS[level] ?? level} ${msg ?? ''}${details}${problem}\n`)
    },
  }
}
