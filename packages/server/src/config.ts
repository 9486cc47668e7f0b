import { StartupError } from './errors.ts'
import {
  authString,
  choice,
  cloudEndpoint,
  databaseUrl,
  duration,
  encryptionKey,
  flag,
  isLoopbackHost,
  list,
  logLevel,
  nullable,
  integer,
  publicUrl,
  text,
  type Parse,
} from './config-values.ts'

export { isLoopbackHost, isLoopbackUrl } from './config-values.ts'

/** Every background loop; `disabled_services` names some of them. */
const SERVICE_NAMES = [
  'scheduler',
  'dispatcher',
  'reconciler',
  'canceller',
  'cancellation-cleanup',
  'discarder',
  'late-marker',
  'heartbeat-watch',
  'pause-expiry',
  'lease-reaper',
  'foreman',
  'event-fanout',
  'partition-keeper',
  'automation-runner',
  'automation-caller',
  'retention',
  'orphan-sweeper',
] as const

interface Setting<T> {
  readonly parse: Parse<T>
  readonly default: T
  /** The names that a move from Prefect brings along; `SLIPWAY_<NAME>` comes first. */
  readonly prefect: readonly string[]
  /** True when a running server takes a new value over. */
  readonly reload: boolean
  /** Shown as stars by `explainConfig`. */
  readonly secret: boolean
  readonly reason: string
}

interface Options {
  readonly prefect?: readonly string[]
  readonly secret?: boolean
}

function setting<T>(parse: Parse<T>, fallback: T, reason: string, options: Options = {}): Setting<T> {
  const { prefect = [], secret = false } = options
  return { parse, default: fallback, prefect, reload: false, secret, reason }
}

const DAY_SECONDS = 86_400
const MIB = 1_048_576

const SETTINGS = {
  host: setting(text, '127.0.0.1', 'Address to listen on; any other than loopback wants auth_string.', {
    prefect: ['PREFECT_SERVER_API_HOST'],
  }),
  port: setting(integer(0, 65_535), 4200, 'Port to listen on; 0 takes a free one.', {
    prefect: ['PREFECT_SERVER_API_PORT'],
  }),
  data_dir: setting(
    text,
    './.slipway',
    'Folder of the embedded PostgreSQL and of the encryption key; one server at a time.',
  ),
  database_url: setting(
    nullable(databaseUrl),
    null,
    'Your own PostgreSQL 15 to 18; without it the embedded one is started in data_dir.',
    { secret: true },
  ),
  database_pool_size: setting(
    integer(2, 200),
    16,
    'Connections that one server opens to PostgreSQL, besides the one that listens.',
  ),
  public_api_url: setting(
    nullable(publicUrl),
    null,
    'Address of the API as containers in the cloud reach it, with /api at its end.',
  ),
  allowed_hosts: setting(
    list(text),
    [],
    'Host names that browsers may use besides loopback and the host of public_api_url.',
  ),
  allowed_origins: setting(list(text), [], 'Origins of other web pages that may call the API from a browser.'),
  trust_proxy: setting(flag, false, 'Take the client address from X-Forwarded-For; only behind a proxy that sets it.'),
  auth_string: setting(
    nullable(authString),
    null,
    'user:password that every caller must send; Prefect clients send it as PREFECT_API_AUTH_STRING.',
    { prefect: ['PREFECT_SERVER_API_AUTH_STRING'], secret: true },
  ),
  encryption_key: setting(
    nullable(encryptionKey),
    null,
    'Key of 32 bytes, base64 or hex, that seals secrets; without it a file in data_dir holds one.',
    { secret: true },
  ),
  gcp_run_endpoint: setting(
    nullable(cloudEndpoint),
    null,
    'Base address of the Cloud Run API in place of Google’s, for an emulator or a private endpoint.',
  ),
  gcp_logging_endpoint: setting(
    nullable(cloudEndpoint),
    null,
    'Base address of the Cloud Logging API in place of Google’s.',
  ),
  allow_private_webhooks: setting(flag, false, 'Let webhooks and notifications call private and loopback addresses.'),
  log_level: setting(logLevel, 'info', 'Least severe log line that is written.', {
    prefect: ['PREFECT_SERVER_LOGGING_LEVEL'],
  }),
  log_format: setting(
    choice(['auto', 'json', 'pretty']),
    'auto',
    'Shape of log lines; auto is pretty on a terminal and JSON elsewhere.',
  ),
  disabled_services: setting(
    list(choice(SERVICE_NAMES)),
    [],
    'Background services that this server does not run, for example scheduler,late-marker.',
  ),
  late_after_seconds: setting(
    duration(0),
    15,
    'A scheduled run that has not begun this long after its time is shown as Late.',
    { prefect: ['PREFECT_SERVER_SERVICES_LATE_RUNS_AFTER_SECONDS'] },
  ),
  scheduler_interval_seconds: setting(duration(1), 60, 'How often schedules are extended when nothing changed.', {
    prefect: ['PREFECT_SERVER_SERVICES_SCHEDULER_LOOP_SECONDS'],
  }),
  scheduler_min_runs: setting(integer(1, 1_000), 3, 'Runs that each schedule has ahead at the least.', {
    prefect: ['PREFECT_SERVER_SERVICES_SCHEDULER_MIN_RUNS'],
  }),
  scheduler_max_runs: setting(integer(1, 10_000), 100, 'Runs that each schedule has ahead at the most.', {
    prefect: ['PREFECT_SERVER_SERVICES_SCHEDULER_MAX_RUNS'],
  }),
  scheduler_min_scheduled_seconds: setting(duration(0), 3_600, 'Time ahead that each schedule covers at the least.', {
    prefect: ['PREFECT_SERVER_SERVICES_SCHEDULER_MIN_SCHEDULED_TIME'],
  }),
  scheduler_max_scheduled_seconds: setting(
    duration(1),
    100 * DAY_SECONDS,
    'Time ahead that each schedule covers at the most.',
    { prefect: ['PREFECT_SERVER_SERVICES_SCHEDULER_MAX_SCHEDULED_TIME'] },
  ),
  submission_call_timeout_seconds: setting(
    duration(1),
    30,
    'Deadline of one call to a cloud; after it the submission is looked up before it is sent again.',
  ),
  submission_lease_seconds: setting(
    duration(5),
    60,
    'How long one server owns a submission before another may take it over.',
  ),
  submission_retry_max_seconds: setting(
    duration(1),
    60,
    'Longest pause between two tries of a submission that the cloud throttles or does not answer.',
  ),
  submission_deadline_seconds: setting(
    duration(1),
    DAY_SECONDS,
    'A run that the cloud never took in this time is Crashed, with the last reason.',
  ),
  start_timeout_seconds: setting(
    duration(1),
    600,
    'A container that was accepted and has not reported in this time is stopped and its run Crashed.',
  ),
  report_grace_seconds: setting(
    duration(0),
    30,
    'How long a late report may follow the end of its container before the run is Crashed.',
  ),
  observe_interval_seconds: setting(duration(1), 15, 'How often a cloud is asked what became of open submissions.'),
  discard_after_seconds: setting(
    duration(0),
    3_600,
    'How long after its run ended a job stays in the cloud before it is deleted.',
  ),
  cancelling_timeout_seconds: setting(
    duration(1),
    300,
    'A run that is still Cancelling after this time has its container stopped.',
    { prefect: ['PREFECT_SERVER_SERVICES_CANCELLATION_CLEANUP_CANCELLING_TIMEOUT_SECONDS'] },
  ),
  heartbeat_timeout_seconds: setting(
    duration(60),
    900,
    'A run that sent heartbeats is Crashed after a silence this long, and four times longer than any between two of them.',
  ),
  run_credential_ttl_after_terminal_seconds: setting(
    duration(0),
    900,
    'How long the credential of a run still works after the run ended, for its last logs.',
  ),
  shutdown_timeout_seconds: setting(
    duration(1, 60),
    8,
    'How long a server that was asked to stop lets requests and passes finish.',
  ),
  max_body_bytes: setting(
    integer(64 * 1024, 512 * MIB),
    16 * MIB,
    'Largest request body; a larger one is answered 413.',
  ),
  max_parameter_bytes: setting(
    integer(1024, 64 * MIB),
    512 * 1024,
    'Largest JSON text of the parameters of one flow run.',
    { prefect: ['PREFECT_SERVER_API_MAX_PARAMETER_SIZE'] },
  ),
  max_event_bytes: setting(integer(1024, 64 * MIB), 1_500_000, 'Largest event that a client may send.', {
    prefect: ['PREFECT_SERVER_EVENTS_MAXIMUM_SIZE_BYTES'],
  }),
  event_retention_seconds: setting(duration(3_600), 7 * DAY_SECONDS, 'Events older than this are deleted.', {
    prefect: ['PREFECT_SERVER_EVENTS_RETENTION_PERIOD'],
  }),
  log_retention_seconds: setting(duration(3_600), 30 * DAY_SECONDS, 'Logs older than this are deleted.'),
  run_retention_seconds: setting(
    nullable(duration(3_600)),
    null,
    'Runs that ended longer ago than this are deleted; without it they are kept.',
  ),
} as const satisfies Record<string, Setting<unknown>>

export type SettingName = keyof typeof SETTINGS
type ValueOf<S> = S extends Setting<infer T> ? T : never
type Settings = { readonly [Name in SettingName]: ValueOf<(typeof SETTINGS)[Name]> }

export interface Config extends Settings {
  /** Where each value came from: `default`, `flag`, or the name of the variable. */
  readonly sources: Readonly<Record<SettingName, string>>
}

export interface ConfigInput {
  /** The process's own environment when left out; nothing but this file reads it. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** By setting name; wins over the environment. */
  readonly flags?: { readonly [Name in SettingName]?: string | number | boolean | undefined }
}

/** Reads and checks every setting. Throws a StartupError that names the flag or the variable to change. */
export function loadConfig(input: ConfigInput = {}): Config {
  const env = input.env ?? process.env
  const values: Record<string, unknown> = {}
  const sources: Record<string, string> = {}
  for (const [name, declared] of Object.entries<Setting<unknown>>(SETTINGS)) {
    const given = input.flags?.[name as SettingName]
    const variable = envNames(name, declared).find((key) => (env[key] ?? '').trim() !== '')
    const source = given !== undefined ? 'flag' : (variable ?? 'default')
    const raw = given !== undefined ? String(given) : variable !== undefined ? env[variable] : undefined
    values[name] =
      raw === undefined ? declared.default : read(declared, raw.trim(), given !== undefined ? flagName(name) : source)
    sources[name] = source
  }
  // Every name of SETTINGS was given a value of its own parser just above.
  const config = { ...(values as unknown as Settings), sources: sources as Record<SettingName, string> }
  checkTogether(config)
  return config
}

function read(declared: Setting<unknown>, raw: string, place: string): unknown {
  const parsed = declared.parse(raw)
  if ('error' in parsed) {
    const shown = declared.secret ? '' : ` (${JSON.stringify(raw.slice(0, 100))})`
    throw new StartupError(`${place}${shown}: ${parsed.error}.`)
  }
  return parsed.value
}

function checkTogether(config: Config): void {
  if (config.auth_string === null && !isLoopbackHost(config.host)) {
    throw new StartupError(
      `host ${config.host} can be reached from other machines, and no credential is configured: ` +
        'set SLIPWAY_AUTH_STRING=user:password, or listen on 127.0.0.1.',
    )
  }
  if (config.scheduler_min_runs > config.scheduler_max_runs) {
    throw new StartupError('SLIPWAY_SCHEDULER_MIN_RUNS is greater than SLIPWAY_SCHEDULER_MAX_RUNS: lower the first.')
  }
  if (config.scheduler_min_scheduled_seconds > config.scheduler_max_scheduled_seconds) {
    throw new StartupError(
      'SLIPWAY_SCHEDULER_MIN_SCHEDULED_SECONDS is greater than SLIPWAY_SCHEDULER_MAX_SCHEDULED_SECONDS: lower the first.',
    )
  }
}

/** The first that is set and not empty wins. */
function envNames(name: string, declared: Setting<unknown>): readonly string[] {
  return [`SLIPWAY_${name.toUpperCase()}`, ...declared.prefect]
}

function flagName(name: string): string {
  return `--${name.replaceAll('_', '-')}`
}

export interface ExplainedSetting {
  readonly name: string
  readonly value: unknown
  readonly source: string
  readonly env: readonly string[]
  readonly reload: boolean
  readonly reason: string
}

/** One row a setting, in the order of this file; secrets are stars. */
export function explainConfig(config: Config): readonly ExplainedSetting[] {
  return Object.entries<Setting<unknown>>(SETTINGS).map(([name, declared]) => {
    const value: unknown = config[name as SettingName]
    return {
      name,
      value: declared.secret && value !== null ? '********' : value,
      source: config.sources[name as SettingName],
      env: envNames(name, declared),
      reload: declared.reload,
      reason: declared.reason,
    }
  })
}

export function isServiceEnabled(config: Config, name: string): boolean {
  return !config.disabled_services.some((disabled) => disabled === name)
}
