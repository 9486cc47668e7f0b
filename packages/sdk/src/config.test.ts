import { expect, test } from 'vitest'
import { readConfig } from './config.ts'

const URL = 'http://127.0.0.1:4200/api'

test.for([
  ['nothing set', {}, null],
  [
    'Slipway first',
    { SLIPWAY_API_URL: URL, PREFECT_API_URL: 'http://other/api' },
    { url: URL, authorization: null, token: null },
  ],
  ['Prefect second, without its slash', { PREFECT_API_URL: `${URL}/` }, { url: URL, authorization: null, token: null }],
  [
    'auth string',
    { PREFECT_API_URL: URL, PREFECT_API_AUTH_STRING: 'u:p' },
    { url: URL, authorization: 'Basic dTpw', token: 'u:p' },
  ],
  ['API key', { PREFECT_API_URL: URL, PREFECT_API_KEY: 'k' }, { url: URL, authorization: 'Bearer k', token: 'k' }],
  [
    'both: the auth string',
    { PREFECT_API_URL: URL, PREFECT_API_AUTH_STRING: 'u:p', PREFECT_API_KEY: 'k' },
    { url: URL, authorization: 'Basic dTpw', token: 'u:p' },
  ],
  [
    'empty is not set',
    { SLIPWAY_API_URL: ' ', PREFECT_API_URL: URL, PREFECT_API_KEY: '' },
    { url: URL, authorization: null, token: null },
  ],
] as const)('api: %s', ([, env, expected]) => {
  expect(readConfig(env).api).toEqual(expected)
})

test.for(['not a url', 'ftp://x/api', 'http://user:hunter2@host/api'])(
  'an address that cannot work is refused, and not repeated: %s',
  (url) => {
    expect(() => readConfig({ SLIPWAY_API_URL: url })).toThrow(/^SLIPWAY_API_URL must/)
    expect(() => readConfig({ SLIPWAY_API_URL: url })).not.toThrow('hunter2')
  },
)

test('the rest has defaults and bounds', () => {
  expect(readConfig({})).toMatchObject({
    flowRunId: null,
    logLevel: 20,
    heartbeatMs: 180_000,
    requestTimeoutMs: 60_000,
    onSigterm: 'crash',
  })
  const env = {
    PREFECT__FLOW_RUN_ID: 'id',
    PREFECT_LOGGING_LEVEL: 'debug',
    PREFECT_FLOWS_HEARTBEAT_FREQUENCY: '1',
    PREFECT_API_REQUEST_TIMEOUT: '2.5',
    PREFECT_FLOW_RUN_EXECUTE_SIGTERM_BEHAVIOR: 'reschedule',
  }
  expect(readConfig(env)).toMatchObject({
    flowRunId: 'id',
    logLevel: 10,
    heartbeatMs: 30_000,
    requestTimeoutMs: 2_500,
    onSigterm: 'reschedule',
  })
  expect(() => readConfig({ PREFECT_CLIENT_MAX_RETRIES: 'many' })).toThrow('must be a number')
})
