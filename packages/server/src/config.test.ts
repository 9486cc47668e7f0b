import { describe, expect, test } from 'vitest'
import { explainConfig, isLoopbackHost, isServiceEnabled, loadConfig } from './config.ts'
import { StartupError } from './errors.ts'

function load(env: Record<string, string>, flags: Record<string, string | number> = {}) {
  return loadConfig({ env, flags })
}

test('without any setting the defaults hold', () => {
  const config = load({})
  expect(config).toMatchObject({
    host: '127.0.0.1',
    port: 4200,
    data_dir: './.slipway',
    database_url: null,
    auth_string: null,
    late_after_seconds: 15,
    cancelling_timeout_seconds: 300,
    disabled_services: [],
  })
  expect(config.sources.port).toBe('default')
})

test('a flag wins over SLIPWAY_*, that over PREFECT_*, and an empty variable counts as not set', () => {
  const prefect = { PREFECT_SERVER_API_PORT: '1' }
  expect(load(prefect).port).toBe(1)
  expect(load({ ...prefect, SLIPWAY_PORT: ' ' }).port).toBe(1)
  expect(load({ ...prefect, SLIPWAY_PORT: '2' }).port).toBe(2)
  const config = load({ ...prefect, SLIPWAY_PORT: '2' }, { port: 3 })
  expect([config.port, config.sources.port]).toEqual([3, 'flag'])
  expect(load(prefect).sources.port).toBe('PREFECT_SERVER_API_PORT')
})

test('values are read as people and Prefect write them', () => {
  const config = load({
    SLIPWAY_PUBLIC_API_URL: 'https://slipway.example.com/api/',
    SLIPWAY_GCP_RUN_ENDPOINT: 'http://127.0.0.1:9090/',
    SLIPWAY_LOG_LEVEL: 'WARNING',
    SLIPWAY_DISABLED_SERVICES: 'scheduler, late-marker,',
    SLIPWAY_TRUST_PROXY: 'yes',
    PREFECT_SERVER_SERVICES_LATE_RUNS_AFTER_SECONDS: 'PT1M30.5S',
    PREFECT_SERVER_EVENTS_RETENTION_PERIOD: 'P7D',
  })
  expect(config).toMatchObject({
    public_api_url: 'https://slipway.example.com/api',
    gcp_run_endpoint: 'http://127.0.0.1:9090',
    log_level: 'warn',
    disabled_services: ['scheduler', 'late-marker'],
    trust_proxy: true,
    late_after_seconds: 90.5,
    event_retention_seconds: 604_800,
  })
  expect(isServiceEnabled(config, 'scheduler')).toBe(false)
  expect(isServiceEnabled(config, 'dispatcher')).toBe(true)
})

test.for([
  ['SLIPWAY_PORT', '70000'],
  ['SLIPWAY_PORT', '4e3'],
  ['SLIPWAY_LATE_AFTER_SECONDS', '-1'],
  ['SLIPWAY_LATE_AFTER_SECONDS', 'P'],
  ['SLIPWAY_TRUST_PROXY', 'maybe'],
  ['SLIPWAY_DATABASE_URL', 'mysql://u:hidden@h/db'],
  ['SLIPWAY_AUTH_STRING', 'nohidden'],
  ['SLIPWAY_AUTH_STRING', 'run-x:hidden'],
  ['SLIPWAY_ENCRYPTION_KEY', 'hidden'],
  ['SLIPWAY_PUBLIC_API_URL', 'https://slipway.example.com'],
  ['SLIPWAY_PUBLIC_API_URL', 'ftp://slipway.example.com/api'],
  ['SLIPWAY_GCP_RUN_ENDPOINT', 'http://run.example.com'],
  ['SLIPWAY_GCP_RUN_ENDPOINT', 'http://127.0.0.1@run.example.com'],
  ['SLIPWAY_GCP_RUN_ENDPOINT', 'http://127.0.0.1.example.com'],
  ['SLIPWAY_GCP_LOGGING_ENDPOINT', 'file:///etc'],
  ['SLIPWAY_DISABLED_SERVICES', 'schedular'],
  ['SLIPWAY_LOG_LEVEL', 'loud'],
  ['SLIPWAY_SCHEDULER_MIN_RUNS', '500'],
  ['SLIPWAY_SCHEDULER_MAX_SCHEDULED_SECONDS', '5'],
] as const)('%s=%s is refused by a message that names the variable and shows no secret', ([name, value]) => {
  const start = () => load({ [name]: value })
  expect(start).toThrow(StartupError)
  expect(start).toThrow(name)
  expect(start).not.toThrow('hidden')
})

describe('an address that other machines reach', () => {
  test.for(['0.0.0.0', '::', '10.0.0.1', 'slipway.example.com', '128.0.0.1'])(
    '%s is refused without a credential',
    (host) => {
      expect(() => load({ SLIPWAY_HOST: host })).toThrow(/SLIPWAY_AUTH_STRING=user:password/)
      expect(load({ SLIPWAY_HOST: host, SLIPWAY_AUTH_STRING: 'user:password' }).host).toBe(host)
    },
  )

  test.for([
    ['localhost', true],
    ['127.0.0.1', true],
    ['127.255.255.254', true],
    ['[::1]', true],
    ['127.1', false],
    ['127.0.0.256', false],
    ['localhost.example.com', false],
  ] as const)('%s is loopback: %s', ([host, expected]) => {
    expect(isLoopbackHost(host)).toBe(expected)
  })
})

test('explain tells every setting with its source, and no secret', () => {
  const key = Buffer.alloc(32, 7).toString('base64')
  const rows = explainConfig(
    load({
      SLIPWAY_AUTH_STRING: 'user:hidden',
      SLIPWAY_ENCRYPTION_KEY: key,
      SLIPWAY_DATABASE_URL: 'postgresql://u:hidden@localhost/db',
    }),
  )
  const text = JSON.stringify(rows)
  expect(text).not.toContain('hidden')
  expect(text).not.toContain(key)
  expect(rows.find((row) => row.name === 'auth_string')).toMatchObject({
    value: '********',
    source: 'SLIPWAY_AUTH_STRING',
    env: ['SLIPWAY_AUTH_STRING', 'PREFECT_SERVER_API_AUTH_STRING'],
  })
  for (const row of rows) expect(row.reason).toMatch(/\.$/)
})
