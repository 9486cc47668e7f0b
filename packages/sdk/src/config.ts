import { ConfigurationError } from './errors.ts'

export interface ApiConfig {
  /** Without a trailing slash, for example `https://slipway.example/api`. */
  readonly url: string
  /** The value of the `Authorization` header. */
  readonly authorization: string | null
  /** What the first frame of a websocket carries. */
  readonly token: string | null
}

export interface Config {
  /** null: flows run in this process and nobody is told. */
  readonly api: ApiConfig | null
  /** The run that this container was started for. */
  readonly flowRunId: string | null
  readonly logLevel: number
  readonly heartbeatMs: number
  readonly requestTimeoutMs: number
  readonly maxRetries: number
  /** What becomes of the run when the platform stops its container. */
  readonly onSigterm: 'crash' | 'reschedule' | 'relinquish'
}

type Environment = Readonly<Record<string, string | undefined>>

const LEVELS: Readonly<Record<string, number>> = { DEBUG: 10, INFO: 20, WARNING: 30, WARN: 30, ERROR: 40, CRITICAL: 50 }

/** Slipway's own names come first, those of Prefect's client second. */
export function readConfig(env: Environment): Config {
  const level = (read(env, 'SLIPWAY_LOGGING_LEVEL', 'PREFECT_LOGGING_LEVEL') ?? 'INFO').toUpperCase()
  const sigterm = read(env, 'SLIPWAY_SIGTERM_BEHAVIOR', 'PREFECT_FLOW_RUN_EXECUTE_SIGTERM_BEHAVIOR')
  return {
    api: readApi(env),
    flowRunId: read(env, 'SLIPWAY_FLOW_RUN_ID', 'PREFECT__FLOW_RUN_ID'),
    logLevel: LEVELS[level] ?? 20,
    heartbeatMs:
      Math.max(30, readNumber(env, 180, 'SLIPWAY_HEARTBEAT_SECONDS', 'PREFECT_FLOWS_HEARTBEAT_FREQUENCY')) * 1_000,
    requestTimeoutMs: readNumber(env, 60, 'SLIPWAY_API_REQUEST_TIMEOUT', 'PREFECT_API_REQUEST_TIMEOUT') * 1_000,
    maxRetries: readNumber(env, 5, 'SLIPWAY_CLIENT_MAX_RETRIES', 'PREFECT_CLIENT_MAX_RETRIES'),
    onSigterm: sigterm === 'reschedule' || sigterm === 'relinquish' ? sigterm : 'crash',
  }
}

function readApi(env: Environment): ApiConfig | null {
  const address = read(env, 'SLIPWAY_API_URL', 'PREFECT_API_URL')
  if (address === null) return null
  const url = URL.parse(address)
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new ConfigurationError(
      'SLIPWAY_API_URL must be an http or https address, for example http://127.0.0.1:4200/api',
    )
  }
  if (url.username !== '' || url.password !== '') {
    throw new ConfigurationError(
      'SLIPWAY_API_URL must not contain a user or password; set SLIPWAY_API_AUTH_STRING=user:password',
    )
  }
  const authString = read(env, 'SLIPWAY_API_AUTH_STRING', 'PREFECT_API_AUTH_STRING')
  const apiKey = read(env, 'SLIPWAY_API_KEY', 'PREFECT_API_KEY')
  return {
    url: `${url.origin}${url.pathname.replace(/\/+$/, '')}`,
    authorization: authorization(authString, apiKey),
    token: authString ?? apiKey,
  }
}

function authorization(authString: string | null, apiKey: string | null): string | null {
  if (authString !== null) return `Basic ${Buffer.from(authString, 'utf8').toString('base64')}`
  return apiKey === null ? null : `Bearer ${apiKey}`
}

function read(env: Environment, ...names: readonly string[]): string | null {
  for (const name of names) {
    const value = env[name]?.trim()
    if (value !== undefined && value !== '') return value
  }
  return null
}

function readNumber(env: Environment, otherwise: number, ...names: readonly string[]): number {
  const text = read(env, ...names)
  if (text === null) return otherwise
  const value = Number(text)
  if (!Number.isFinite(value) || value < 0)
    throw new ConfigurationError(`${names[0]} must be a number of at least 0, not "${text}"`)
  return value
}
